-- How departments deal with what was sent back: one row per department, feed, contract and quarter of receipt, for the
-- quarterly assessment. A row that was sent again and rejected again counts each time it was rejected. Days are the
-- city's; what is open is as old as the first row of its record that nobody put right, however often it was sent again.
create or replace view quality.quarantine_ageing as
with landed as (
    select
        batch.department_id, batch.feed_id, batch.contract_id,
        date_trunc('quarter', calendar.city_day(batch.known_from))::date as quarter_begins,
        sum(staged_batch.landed)::bigint as landed_rows
    from staging.staged_batch
    inner join landing.batch on staged_batch.batch_id = batch.batch_id
    group by 1, 2, 3, 4
),

rejected as (
    select
        row_state.department_id, row_state.feed_id, row_state.contract_id,
        date_trunc('quarter', row_state.received_on)::date as quarter_begins,
        row_state.state,
        row_state.cleared_on - row_state.received_on as days_to_clear,
        case
            when row_state.state = 'open' then least(
                row_state.received_on,
                (
                    select calendar.city_day(min(batch.known_from))
                    from quarantine.rejected_row as earlier
                    inner join landing.batch on earlier.batch_id = batch.batch_id
                    where
                        earlier.contract_id = row_state.contract_id
                        and earlier.record_key = row_state.record_key
                        and earlier.cleared_by_batch_id is null
                ),
                (
                    select calendar.city_day(batch.known_from)
                    from landing.batch
                    where batch.batch_id = row_state.corrects_batch_id
                )
            )
        end as open_since
    from quarantine.row_state
)

select
    landed.department_id, landed.feed_id, landed.contract_id, landed.quarter_begins, landed.landed_rows,
    count(rejected.state) as rejected_rows,
    count(*) filter (where rejected.state = 'cleared') as cleared_rows,
    count(*) filter (where rejected.state = 'void') as void_rows,
    count(*) filter (where rejected.state = 'replaced') as replaced_rows,
    count(*) filter (where rejected.state = 'open') as open_rows,
    calendar.city_day(now()) - min(rejected.open_since) as oldest_open_days,
    percentile_disc(0.5) within group (order by rejected.days_to_clear) as median_days_to_clear,
    round(100.0 * count(rejected.state) / nullif(landed.landed_rows, 0), 2) as rejected_percent
from landed
left join rejected
    on
        landed.department_id = rejected.department_id
        and landed.feed_id = rejected.feed_id
        and landed.contract_id = rejected.contract_id
        and landed.quarter_begins = rejected.quarter_begins
group by
    landed.department_id, landed.feed_id, landed.contract_id, landed.quarter_begins, landed.landed_rows;
