-- Row policies of warnings, as in 75_policies.sql: whoever may read a rulebook's grades reads its warnings, also how
-- those of subjects ended that are graded no longer; of some divisions those of the grades there; and a department
-- reads those about a record of its own. What is done about a warning is its author's alone.
do $$
declare
    protected record;
begin
    for protected in
        select policy.table_name, policy.policy_name, policy.clause
        from (values
            (
                'warning_event', 'department_reads',
                'for select using (department_id = (select sharing.current_department())'
                -- subqueries that stand alone, computed once per statement; of entitlement everybody sees its own
                ' or (select sharing.may_read(''all''))'
                ' or rulebook_id in (select entitled.rulebook_id from sharing.entitlement as entitled'
                ' where sharing.may_read(entitled.rulebook_id))'
                ' or exists (select from sharing.grade as visible where visible.rulebook_id = warning_event.rulebook_id'
                ' and visible.subject_key = warning_event.subject_key and visible.facet = warning_event.facet))'
            ),
            (
                'warning_acknowledgement', 'department_reads',
                'for select using (department_id = (select sharing.current_department()))'
            ),
            (
                'warning_acknowledgement', 'department_writes',
                'for insert with check (department_id = (select sharing.current_department()))'
            )
        ) as policy (table_name, policy_name, clause)
    loop
        call sharing.keep_policy(protected.table_name, protected.policy_name, protected.clause);
    end loop;
end
$$;
