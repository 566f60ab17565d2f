-- Row policies of bidding and procurement, as in 75_policies.sql: a table is for whoever may read the grades of its
-- rulebook, of some divisions with the grades there; tables about persons only for who keeps the pool of experts.
do $$
declare
    -- %1$s: the table, %2$s: its rulebook
    by_rulebook constant text := '(select sharing.may_read(%2$L)) or (select sharing.may_read_divisions(%2$L))'
        ' and exists (select from sharing.grade as visible where visible.rulebook_id = %2$L'
        ' and visible.subject_key = %1$I.subject_key)';
    by_keeper constant text := '(select sharing.keeps_expert_pool())';
    protected record;
begin
    for protected in
        select policy.table_name, policy.policy_name, policy.clause
        from (
            select
                ruled.table_name,
                'department_reads' as policy_name,
                format('for select using (' || by_rulebook || ')', ruled.table_name, ruled.rulebook_id) as clause
            from (values
                ('bidding_bad_behaviour', 'bidding_participant'),
                ('procurement_supplier', 'procurement_supplier'),
                ('procurement_violation', 'procurement_supplier')
            ) as ruled (table_name, rulebook_id)
            union all
            select kept.table_name, 'department_reads', format('for select using (%s)', by_keeper)
            from unnest(array['procurement_expert', 'expert_review', 'expert_violation', 'expert_decision'])
                as kept (table_name)
            union all
            select
                'expert_decision',
                'department_decides',
                'for insert with check (department_id = (select sharing.current_department()) and ' || by_keeper || ')'
        ) as policy
    loop
        call sharing.keep_policy(protected.table_name, protected.policy_name, protected.clause);
    end loop;
end
$$;
