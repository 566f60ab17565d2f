-- The ledger of bad behaviour in construction bidding (招投标不良行为记分台账), as the last release knew it: also entries
-- that have ended, so that points can be added up for any day.

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
language sql stable set search_path = pg_catalog, pg_temp
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
    having
        sharing.may_read('bidding_participant')
        -- of whom it reads the grade
        or exists (
            select from sharing.grade
            where grade.rulebook_id = 'bidding_participant' and grade.subject_key = accumulated_points.subject
        )
    order by ledger.qualification nulls first
$$;
