-- What came in since the last release, as far as the run knows: of a window sent again the newest batch.
create or replace view quality.new_batch as
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

ranked as (
    select
        run.run_id,
        batch.batch_id,
        batch.contract_id,
        batch.department_id,
        batch.feed_id,
        batch.delivery_kind,
        row_number() over (
            partition by batch.department_id, batch.feed_id, batch.window_key order by batch.batch_id desc
        ) as recency
    from landing.batch
    inner join run
        on batch.known_from <= run.knowledge_at and (run.released_at is null or batch.known_from > run.released_at)
    -- a few rows that were sent back, one of them wrong again, say nothing of what the feed delivers
    where not batch.holds_corrections
)

select run_id, batch_id, contract_id, department_id, feed_id
from ranked
-- a list that is older than one already here counts in no grade: it may neither close the gate nor hide what is wrong
-- with the list that counts
where recency = 1 and delivery_kind <> 'older_snapshot';

-- One row per expected feed that brought batches since the last release: how much of what is new was rejected.
-- A rejected row put right by a later one no longer counts.
create or replace view quality.feed_rejection as
with open_rejection as (
    select rejected_row.batch_id, count(*) as rejected_rows
    from quarantine.rejected_row
    inner join quality.new_batch on rejected_row.batch_id = new_batch.batch_id
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
from quality.new_batch
inner join quality.feed_expectation as expected
    on
        new_batch.run_id = expected.run_id
        and new_batch.department_id = expected.department_id
        and new_batch.feed_id = expected.feed_id
inner join staging.staged_batch on new_batch.batch_id = staged_batch.batch_id
left join open_rejection on new_batch.batch_id = open_rejection.batch_id
group by expected.department_id, expected.feed_id, expected.title_zh, expected.rejected_share_percent;

-- One row per column whose fill rate a department file asks for, of what came in since the last release: the share of
-- its rows, accepted or not, whose value staging could read. Null markers and 长期 are no values. Deletions are left out.
create or replace view quality.feed_fill as
select
    expected.department_id,
    expected.feed_id,
    expected.title_zh,
    batch_fill.column_name,
    asked.least_percent::numeric as least_percent,
    sum(coalesce(batch_fill.asked, staged_batch.landed))::bigint as landed_rows,
    sum(batch_fill.filled)::bigint as filled_rows,
    100.0 * sum(batch_fill.filled) / nullif(sum(coalesce(batch_fill.asked, staged_batch.landed)), 0) as filled_percent
from quality.new_batch
inner join quality.feed_expectation as expected
    on
        new_batch.run_id = expected.run_id
        and new_batch.department_id = expected.department_id
        and new_batch.feed_id = expected.feed_id
cross join lateral jsonb_each_text(expected.filled_percent) as asked (column_name, least_percent)
inner join staging.staged_batch
    on new_batch.contract_id = staged_batch.contract_id and new_batch.batch_id = staged_batch.batch_id
inner join staging.batch_fill
    on
        staged_batch.contract_id = batch_fill.contract_id
        and staged_batch.batch_id = batch_fill.batch_id
        and asked.column_name = batch_fill.column_name
group by expected.department_id, expected.feed_id, expected.title_zh, batch_fill.column_name, asked.least_percent;
