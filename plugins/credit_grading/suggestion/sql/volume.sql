-- Rows of a feed's newest deliveries, each window once in its newest version. Healthy is a delivery of which staging
-- rejected no more than is allowed today.
with window_batch as (
    select distinct on (batch.window_key)
        batch.batch_id,
        batch.row_count,
        calendar.city_day(batch.known_from) as day,
        100.0 * staged_batch.quarantined / nullif(staged_batch.landed, 0) as rejected_percent
    from landing.batch
    left join staging.staged_batch
        on batch.contract_id = staged_batch.contract_id and batch.batch_id = staged_batch.batch_id
    where
        batch.department_id = %(department_id)s and batch.feed_id = %(feed_id)s
        -- a few rows that were sent back say nothing of what the feed delivers
        and not batch.holds_corrections
    order by batch.window_key asc, batch.batch_id desc
),

delivery as (
    select *, coalesce(rejected_percent, 0) <= %(allowed_percent)s as is_healthy
    from window_batch
    order by batch_id desc
    limit %(looked_at)s
)

select
    count(*) as deliveries,
    count(*) filter (where is_healthy) as healthy,
    min(day) as first_day,
    max(day) as last_day,
    min(row_count) filter (where is_healthy) as smallest,
    percentile_disc(0.5) within group (order by row_count) filter (where is_healthy) as median,
    max(row_count) filter (where is_healthy) as largest,
    count(rejected_percent) filter (where is_healthy) as staged,
    percentile_disc(0.5) within group (order by rejected_percent) filter (where is_healthy) as median_rejected_percent,
    max(rejected_percent) filter (where is_healthy) as largest_rejected_percent
from delivery
