-- How old the data of each feed is on the as-of date, as far as this run may know.
-- The age counts from the last batch with new content: a file that lies unchanged grows old, however often it is read.
with run as (select * from {{ source('evaluation', 'current_run') }}),

attempt as (
    select
        department_id,
        feed_id,
        outcome,
        row_number() over (partition by department_id, feed_id order by attempt_id desc) as recency
    from {{ source('feed_ledger', 'feed_attempt') }}
    where attempted_at <= (select run.knowledge_at from run)
),

batch as (
    select
        department_id,
        feed_id,
        max(known_from) as last_received_at
    from {{ source('landing_ledger', 'batch') }}
    where known_from <= (select run.knowledge_at from run)
    group by department_id, feed_id
),

-- null for a feed without a due day, or one that no department file names any more
health as (
    select department_id, feed_id, feed_state, due_on
    from {{ source('feed_quality', 'feed_health') }}
    where due is not null
)

select
    department_id,
    feed_id,
    batch.last_received_at,
    attempt.outcome as last_outcome,
    -- days on the city's own calendar; a run for a past date may know batches that came after it.
    -- greatest() alone would call a feed that never sent anything 0 days old.
    case
        when batch.last_received_at is not null
            then greatest(0, run.as_of - (batch.last_received_at at time zone 'Asia/Shanghai')::date)
    end as age_days,
    -- nothing_new: the source answered and still says the same, so nothing had to be carried over; nor is anything
    -- before the day on which something is due
    case
        when health.feed_state in ('not_yet_published', 'late') then true
        when health.feed_state is not null and attempt.outcome = 'not_yet_published' then false
        else coalesce(attempt.outcome not in ('loaded', 'nothing_new'), false)
    end as is_carried_over,
    health.feed_state,
    health.due_on
from (select * from attempt where recency = 1) as attempt
full join batch using (department_id, feed_id)
left join health using (department_id, feed_id)
cross join run
