-- What the gate knows of the feeds that departments promised. Filled from dags/departments/*.yml at each gate.
create table if not exists quality.feed_expectation (
    department_id text collate "C" not null,
    feed_id text collate "C" not null,
    contract_id text collate "C" not null,
    title_zh text not null,
    owner text not null,
    grace_days integer not null check (grace_days >= 0),
    minimum_rows bigint,
    maximum_rows bigint,
    rejected_share_percent numeric not null check (rejected_share_percent between 0 and 100),
    -- the last run that expected the feed: a feed that left its department file is no longer looked at
    run_id bigint not null references evaluation.run,
    first_expected_at timestamptz not null default clock_timestamp(),
    primary key (department_id, feed_id)
);

-- One row per expected feed: its newest attempt, and for how many whole days it has been silent.
-- Silence counts from the last good attempt; before the first one, from the first attempt or from the day it was
-- first expected. Nothing that came after the run's knowledge_at is judged: the run does not contain it.
create or replace view quality.feed_health as
select
    expected.department_id,
    expected.feed_id,
    expected.contract_id,
    expected.title_zh,
    expected.owner,
    expected.grace_days,
    expected.maximum_rows,
    latest.outcome,
    latest.rows_landed,
    latest.problems,
    latest.attempted_at,
    known.last_good_at,
    floor(extract(epoch from run.knowledge_at - coalesce(
        known.last_good_at, known.first_attempt_at, expected.first_expected_at
    )) / 86400)::integer as silent_days
from evaluation.current_run as run
inner join quality.feed_expectation as expected on run.run_id = expected.run_id
left join lateral (
    select attempt.outcome, attempt.rows_landed, attempt.problems, attempt.attempted_at
    from landing.feed_attempt as attempt
    where
        attempt.department_id = expected.department_id
        and attempt.feed_id = expected.feed_id
        and attempt.attempted_at <= run.knowledge_at
    order by attempt.attempt_id desc
    limit 1
) as latest on true
left join lateral (
    select
        min(attempt.attempted_at) as first_attempt_at,
        max(attempt.attempted_at) filter (where attempt.outcome in ('loaded', 'nothing_new')) as last_good_at
    from landing.feed_attempt as attempt
    where
        attempt.department_id = expected.department_id
        and attempt.feed_id = expected.feed_id
        and attempt.attempted_at <= run.knowledge_at
) as known on true;

-- One row per expected feed that brought batches since the last release: how much of what is new was rejected.
-- Of a window sent again only the newest batch counts, and a rejected row put right by a later one no longer does.
create or replace view quality.feed_rejection as
with run as (
    select
        current_run.run_id,
        current_run.knowledge_at,
        (
            select max(released.knowledge_at)
            from sharing.publication
            inner join evaluation.run as released on publication.run_id = released.run_id
            where publication.kind = 'release' and released.run_id <> current_run.run_id
        ) as released_at
    from evaluation.current_run
),

new_batch as (
    select
        batch.batch_id,
        batch.department_id,
        batch.feed_id,
        row_number() over (
            partition by batch.department_id, batch.feed_id, batch.window_key order by batch.batch_id desc
        ) as recency
    from landing.batch
    inner join run
        on batch.known_from <= run.knowledge_at and (run.released_at is null or batch.known_from > run.released_at)
    -- a few rows that were sent back, one of them wrong again, say nothing of what the feed delivers
    where not batch.holds_corrections
),

open_rejection as (
    select rejected_row.batch_id, count(*) as rejected_rows
    from quarantine.rejected_row
    inner join new_batch on rejected_row.batch_id = new_batch.batch_id
    where rejected_row.cleared_by_batch_id is null
    group by rejected_row.batch_id
)

select
    expected.department_id,
    expected.feed_id,
    expected.title_zh,
    expected.rejected_share_percent as allowed_percent,
    sum(staged_batch.landed)::bigint as landed_rows,
    sum(coalesce(open_rejection.rejected_rows, 0))::bigint as rejected_rows,
    100.0 * sum(coalesce(open_rejection.rejected_rows, 0)) / nullif(sum(staged_batch.landed), 0) as rejected_percent
from run
inner join quality.feed_expectation as expected on run.run_id = expected.run_id
inner join new_batch
    on
        expected.department_id = new_batch.department_id
        and expected.feed_id = new_batch.feed_id
        and new_batch.recency = 1
inner join staging.staged_batch on new_batch.batch_id = staged_batch.batch_id
left join open_rejection on new_batch.batch_id = open_rejection.batch_id
group by expected.department_id, expected.feed_id, expected.title_zh, expected.rejected_share_percent;
