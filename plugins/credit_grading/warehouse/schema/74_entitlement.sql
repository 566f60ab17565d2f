-- Which department may read which rulebook's grades. Filled from dags/departments/*.yml by sharing/roles.py.
-- A plain right (查阅权限) has neither purpose nor period. A subscription (订阅) has both, and ends by itself: the row
-- policies compare its days with today, so that who may see what hangs on this table and the day alone.
create table if not exists sharing.entitlement (
    department_id text collate "C" not null,
    -- 'all' = every rulebook, also those to come
    rulebook_id text collate "C" not null,
    purpose text collate "C",
    legal_basis text,
    -- first and last day, in the city; null = without end
    granted_from date,
    granted_until date,
    -- only subjects registered there; null = everywhere
    divisions text[] collate "C",
    constraint entitlement_states_its_basis check ((purpose is null) = (legal_basis is null)),
    constraint entitlement_is_said_once
    unique nulls not distinct (
        department_id, rulebook_id, purpose, legal_basis, granted_from, granted_until, divisions
    )
);

do $$
begin
    -- Asked first: `add column if not exists` would wait for every reader, and make others wait, also where it does
    -- nothing.
    if not exists (
        select from pg_catalog.pg_attribute where attrelid = 'sharing.entitlement'::regclass and attname = 'divisions'
    ) then
        alter table sharing.entitlement
            drop constraint entitlement_pkey,
            add column purpose text collate "C",
            add column legal_basis text,
            add column granted_from date,
            add column granted_until date,
            add column divisions text[] collate "C",
            add constraint entitlement_states_its_basis check ((purpose is null) = (legal_basis is null)),
            add constraint entitlement_is_said_once
            unique nulls not distinct (
                department_id, rulebook_id, purpose, legal_basis, granted_from, granted_until, divisions
            );
    end if;
    if not exists (
        select from pg_catalog.pg_attribute
        where attrelid = 'sharing.grade_change'::regclass and attname = 'division_code'
    ) then
        alter table sharing.grade_change
            add column previous_division_code text collate "C",
            add column division_code text collate "C";
    end if;
end
$$;
