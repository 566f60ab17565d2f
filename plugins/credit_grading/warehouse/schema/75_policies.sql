-- Row policies. They stand on the stable sharing tables only, never on what dbt drops and builds again.
-- The owner (the pipeline) is not subject to them. Whoever else is granted a table without being entitled sees no row.

-- The department whose login role asks: role department_<id> ↔ department <id>; null for every other role.
create or replace function sharing.current_department() returns text
language sql stable
as $$ select substring(current_user from '^department_(.+)$') $$;

do $$
declare
    protected record;
begin
    -- Made only where missing: altering would lock readers out for as long as the slowest of them takes.
    for protected in
        select policy.table_name, policy.expression
        from (values
            ('entitlement', 'department_id = (select sharing.current_department())'),
            ('grade', null), ('grade_change', null), ('contribution', null), ('limit_hit', null),
            ('crosswalk_level', null), ('single_change', null)
        ) as policy (table_name, expression)
    loop
        if not (select relrowsecurity from pg_class where oid = format('sharing.%I', protected.table_name)::regclass) then
            execute format('alter table sharing.%I enable row level security', protected.table_name);
        end if;
        if not exists (
            select from pg_policies
            where schemaname = 'sharing' and tablename = protected.table_name and policyname = 'department_reads'
        ) then
            execute format(
                'create policy department_reads on sharing.%I for select using (%s)',
                protected.table_name,
                coalesce(
                    protected.expression,
                    -- both subqueries stand alone: computed once per statement, not once per row
                    'rulebook_id in (select entitled.rulebook_id from sharing.entitlement as entitled'
                    ' where entitled.department_id = sharing.current_department())'
                    ' or exists (select from sharing.entitlement as entitled where entitled.rulebook_id = ''all'''
                    ' and entitled.department_id = sharing.current_department())'
                )
            );
        end if;
    end loop;
end
$$;
