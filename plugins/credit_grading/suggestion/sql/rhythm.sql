-- On which day of its period (week, month, quarter, year) something new first came. A correction is nothing new.
with period_day as (
    select
        date_trunc(%(unit)s, calendar.city_day(known_from))::date as period,
        min(calendar.city_day(known_from)) as first_day
    from landing.batch
    where department_id = %(department_id)s and feed_id = %(feed_id)s and follows_batch_id is null
    group by 1
    order by 1 desc
    limit %(looked_at)s
)

select
    count(*) as periods,
    -- the period whose delivery came neither early nor late shows the usual day
    (array_agg(first_day order by first_day - period, first_day))[(count(*) + 1) / 2] as usual_day
from period_day
