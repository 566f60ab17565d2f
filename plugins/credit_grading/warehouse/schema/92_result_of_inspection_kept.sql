-- What was put down about lists, plans, draws and results is never changed and never deleted.
do $$
declare
    ledger regclass;
begin
    foreach ledger in array array[
        'supervision.item_version'::regclass, 'supervision.item_grade'::regclass,
        'supervision.inspection_plan'::regclass, 'supervision.plan_grade'::regclass,
        'supervision.plan_division'::regclass, 'supervision.draw'::regclass, 'supervision.draw_event'::regclass,
        'supervision.draw_stratum'::regclass, 'supervision.draw_frame'::regclass,
        'supervision.draw_inspector'::regclass, 'supervision.draw_recusal'::regclass,
        'supervision.drawn_subject'::regclass, 'supervision.draw_assignment'::regclass,
        'supervision.recusal'::regclass, 'supervision.inspection_outcome'::regclass
    ] loop
        call supervision.keep_append_only(ledger);
    end loop;
end
$$;
