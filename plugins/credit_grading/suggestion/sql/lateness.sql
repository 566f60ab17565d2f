-- By how many working days the first delivery of each period of a rule came after its due day, at most and usually;
-- for a rule of every working day, how many went by without anything.
with delivery_day as (
    select distinct calendar.city_day(known_from) as day
    from landing.batch
    where department_id = %(department_id)s and feed_id = %(feed_id)s and follows_batch_id is null
),

first_day as (
    select period.due_on, min(delivery_day.day) as day
    from delivery_day
    cross join lateral calendar.due_period(%(rule)s, delivery_day.day) as period
    group by period.due_on
    order by period.due_on desc
    limit %(looked_at)s
),

lateness as (
    select
        case
            when %(rule)s::jsonb ? 'every'
                then calendar.working_days_between(lag(due_on) over (order by due_on), due_on) - 1
            else calendar.working_days_between(due_on, day)
        end as working_days
    from first_day
)

select
    (select count(*) from first_day) as periods,
    percentile_disc(0.5) within group (order by working_days) as usual,
    max(working_days) as longest
from lateness
