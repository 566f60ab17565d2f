-- Row policies of bidding and procurement, as in 75_policies.sql: a table is for whoever may read the grades of its
-- rulebook; tables about persons only for the department that keeps the pool of experts.
do $$
declare
    protected record;
begin
    for protected in
        select policy.table_name, policy.expression
        from (values
            ('bidding_bad_behaviour', '(select sharing.may_read(''bidding_participant''))'),
            ('procurement_supplier', '(select sharing.may_read(''procurement_supplier''))'),
            ('procurement_violation', '(select sharing.may_read(''procurement_supplier''))'),
            ('procurement_expert', '(select sharing.keeps_expert_pool())'),
            ('expert_review', '(select sharing.keeps_expert_pool())'),
            ('expert_violation', '(select sharing.keeps_expert_pool())'),
            ('expert_decision', '(select sharing.keeps_expert_pool())')
        ) as policy (table_name, expression)
    loop
        if not (
            select relrowsecurity from pg_class where oid = format('sharing.%I', protected.table_name)::regclass
        ) then
            execute format('alter table sharing.%I enable row level security', protected.table_name);
        end if;
        if not exists (
            select from pg_policies
            where schemaname = 'sharing' and tablename = protected.table_name and policyname = 'department_reads'
        ) then
            execute format(
                'create policy department_reads on sharing.%I for select using (%s)',
                protected.table_name, protected.expression
            );
        end if;
    end loop;
    if not exists (
        select from pg_policies
        where schemaname = 'sharing' and tablename = 'expert_decision' and policyname = 'department_decides'
    ) then
        create policy department_decides on sharing.expert_decision for insert with check (
            department_id = (select sharing.current_department())
            and (select sharing.keeps_expert_pool())
        );
    end if;
end
$$;
