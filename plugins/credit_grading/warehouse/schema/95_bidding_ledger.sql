-- The ledger of bad behaviour in construction bidding (招投标不良行为记分台账), as the last release knew it: also entries
-- that have ended, so that points can be added up for any day.

-- Whether the department that asks is entitled to a rulebook's grades; the owner of the tables always is.
create or replace function sharing.may_read(rulebook text) returns boolean
language sql stable
as $$
    select exists (
        select from sharing.entitlement as entitled
        where
            entitled.department_id = sharing.current_department()
            and entitled.rulebook_id in (may_read.rulebook, 'all')
    ) or (
        select pg_has_role(current_user, relation.relowner, 'usage')
        from pg_catalog.pg_class as relation where relation.oid = 'sharing.grade'::regclass
    )
$$;

-- Whether the one who asks keeps the pool of review experts: the finance department manages it (政府采购法实施条例第六十二条),
-- and its file names procurement_expert. Other departments, also those that read its grades, are shown no persons.
create or replace function sharing.keeps_expert_pool() returns boolean
language sql stable
as $$
    select (
        sharing.current_department() = 'finance'
        and exists (
            select from sharing.entitlement as entitled
            where entitled.department_id = 'finance' and entitled.rulebook_id = 'procurement_expert'
        )
    ) is true or (
        select pg_has_role(current_user, relation.relowner, 'usage')
        from pg_catalog.pg_class as relation where relation.oid = 'sharing.grade'::regclass
    )
$$;

create table if not exists sharing.bidding_bad_behaviour (
    record_key text collate "C" not null,
    subject_key text collate "C" not null,
    firm_name text not null,
    -- who reported it
    department_id text collate "C" not null,
    document_number text not null,
    -- 资质类型; empty where the feed names none
    qualification text collate "C" not null,
    behaviour_code text collate "C" not null,
    reason text not null,
    project_name text,
    points_declared numeric not null,
    -- 0 with declared points: the same act counts in another entry already
    points_counted numeric not null,
    -- half-open: from the first day on, until the first day on which it no longer counts; null = no end
    valid_from date not null,
    valid_until date,
    -- the firm may not bid, half-open; both null = nothing of the kind was decided
    ban_from date,
    ban_until date,
    repaired_on date,
    withdrawn_on date,
    primary key (record_key)
);
create index if not exists bidding_bad_behaviour_by_subject on sharing.bidding_bad_behaviour (subject_key);

-- Points of a firm on any day, by qualification; qualification null = all of them together. An entry counts from its
-- first day on, until it ends, is repaired or is withdrawn, whichever comes first. By what the last release knew: what
-- was known on a past day is not asked here. Nothing at all for whoever is not entitled: 0 would be a statement.
create or replace function sharing.accumulated_points(subject text, on_day date)
returns table (qualification text, entries bigint, points_declared numeric, points_counted numeric)
language sql stable
as $$
    select
        ledger.qualification,
        count(ledger.record_key),
        coalesce(sum(ledger.points_declared), 0),
        coalesce(sum(ledger.points_counted), 0)
    from sharing.bidding_bad_behaviour as ledger
    where
        ledger.subject_key = accumulated_points.subject
        and ledger.valid_from <= accumulated_points.on_day
        and (
            least(ledger.valid_until, ledger.repaired_on, ledger.withdrawn_on) > accumulated_points.on_day
        ) is not false
    group by grouping sets ((ledger.qualification), ())
    having sharing.may_read('bidding_participant')
    order by ledger.qualification nulls first
$$;
