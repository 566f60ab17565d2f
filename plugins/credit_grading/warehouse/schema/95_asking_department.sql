-- Who may read what stands beside the grades of bidding and procurement: asked by row policies, views and functions.

-- The pipeline itself reads them all: its owner and roles (sharing/sql/pipeline_roles.sql) may enter here, others not.
create or replace function sharing.asks_for_pipeline() returns boolean
language sql stable
return has_schema_privilege(current_user, 'evaluation', 'usage');

-- Whether the department that asks is entitled to a rulebook's grades of the whole city today, as in 75_policies.sql.
create or replace function sharing.may_read(rulebook text) returns boolean
language sql stable
return sharing.asks_for_pipeline() or exists (
    select from sharing.entitlement as entitled
    where
        entitled.department_id = sharing.current_department()
        and entitled.rulebook_id in (may_read.rulebook, 'all')
        and entitled.divisions is null
        and calendar.city_day(now()) between coalesce(entitled.granted_from, '-infinity')
        and coalesce(entitled.granted_until, 'infinity')
);

-- Whether it is entitled to those of some divisions: then what it may read of a subject goes with the subject's grade.
create or replace function sharing.may_read_divisions(rulebook text) returns boolean
language sql stable
return exists (
    select from sharing.entitlement as entitled
    where
        entitled.department_id = sharing.current_department()
        and entitled.rulebook_id in (may_read_divisions.rulebook, 'all')
        and entitled.divisions is not null
        and calendar.city_day(now()) between coalesce(entitled.granted_from, '-infinity')
        and coalesce(entitled.granted_until, 'infinity')
);

-- Whether the one who asks keeps the pool of review experts: the finance department manages it (政府采购法实施条例第六十二条),
-- and its file names procurement_expert. Other departments, also those that read its grades, are shown no persons.
create or replace function sharing.keeps_expert_pool() returns boolean
language sql stable
return sharing.asks_for_pipeline() or (
    sharing.current_department() is not distinct from 'finance'
    and exists (
        select from sharing.entitlement as entitled
        where
            entitled.department_id = 'finance'
            and entitled.rulebook_id = 'procurement_expert'
            and entitled.divisions is null
            and calendar.city_day(now()) between coalesce(entitled.granted_from, '-infinity')
            and coalesce(entitled.granted_until, 'infinity')
    )
);
