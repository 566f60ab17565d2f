-- Row policies of warnings, as in 75_policies.sql: whoever may read a rulebook's grades reads its warnings, also how
-- those of subjects ended that are graded no longer; of some divisions those of the grades there; and a department
-- reads those about a record of its own. What is done about a warning is its author's alone.
do $$
declare
    protected record;
begin
    for protected in
        select
            policy.table_name,
            policy.policy_name,
            policy.clause,
            md5(policy.clause) as mark,
            format('sharing.%I', policy.table_name)::regclass as relation
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
        if not (select relrowsecurity from pg_catalog.pg_class where oid = protected.relation) then
            execute format('alter table %s enable row level security', protected.relation);
        end if;
        if not exists (
            select from pg_catalog.pg_policy
            where polrelid = protected.relation and polname = protected.policy_name
                and obj_description(oid, 'pg_policy') = protected.mark
        ) then
            execute format('drop policy if exists %I on %s', protected.policy_name, protected.relation);
            execute format(
                'create policy %I on %s %s', protected.policy_name, protected.relation, protected.clause
            );
            execute format(
                'comment on policy %I on %s is %L', protected.policy_name, protected.relation, protected.mark
            );
        end if;
    end loop;
end
$$;
