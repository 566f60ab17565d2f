-- What was put down about lists, plans, draws and results is never changed and never deleted.
do $$
declare
    ledger regclass;
begin
    -- made only where missing: a trigger locks writers out
    foreach ledger in array array[
        'supervision.item_version'::regclass, 'supervision.item_grade'::regclass,
        'supervision.inspection_plan'::regclass, 'supervision.plan_grade'::regclass,
        'supervision.plan_division'::regclass, 'supervision.draw'::regclass, 'supervision.draw_event'::regclass,
        'supervision.draw_stratum'::regclass, 'supervision.draw_frame'::regclass,
        'supervision.draw_inspector'::regclass, 'supervision.draw_recusal'::regclass,
        'supervision.drawn_subject'::regclass, 'supervision.draw_assignment'::regclass,
        'supervision.recusal'::regclass, 'supervision.inspection_outcome'::regclass
    ] loop
        if not exists (select from pg_trigger where tgrelid = ledger and tgname = 'append_only') then
            execute format(
                'create trigger append_only before update or delete on %s'
                ' for each row execute function supervision.refuse_change()', ledger
            );
        end if;
    end loop;
end
$$;
