-- Share of rows with a value in a feed's newest staged deliveries, column by column.
with window_batch as (
    select distinct on (batch.window_key) batch.contract_id, batch.batch_id
    from landing.batch
    where
        batch.department_id = %(department_id)s and batch.feed_id = %(feed_id)s
        -- a few rows that were sent back say nothing of what the feed delivers
        and not batch.holds_corrections
    order by batch.window_key asc, batch.batch_id desc
),

delivery as (
    select staged_batch.contract_id, staged_batch.batch_id, staged_batch.landed
    from window_batch
    inner join staging.staged_batch
        on window_batch.contract_id = staged_batch.contract_id and window_batch.batch_id = staged_batch.batch_id
    where
        staged_batch.landed > 0
        and 100.0 * staged_batch.quarantined / staged_batch.landed <= %(allowed_percent)s
    order by staged_batch.batch_id desc
    limit %(looked_at)s
)

select
    batch_fill.column_name,
    count(*) as deliveries,
    min(share.filled_percent) as smallest,
    percentile_disc(0.5) within group (order by share.filled_percent) as median,
    max(share.filled_percent) as largest
from delivery
inner join staging.batch_fill
    on delivery.contract_id = batch_fill.contract_id and delivery.batch_id = batch_fill.batch_id
cross join lateral (
    select 100.0 * batch_fill.filled / coalesce(batch_fill.asked, delivery.landed) as filled_percent
) as share
-- a delivery of deletions alone is asked for nothing
where batch_fill.asked is distinct from 0
group by batch_fill.column_name
order by batch_fill.column_name
