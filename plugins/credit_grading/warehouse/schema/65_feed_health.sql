-- One row per expected feed: its newest attempt, what is to be said of its due day, and whether it is silent.
-- Nothing that came after the run's knowledge_at is judged: the run does not contain it.
--   silent_days  whole days since the last good attempt; before the first one, since the first attempt or the day it
--                was first expected; no day from before it was switched on
--   silence      'none', 'within_grace' or 'beyond_grace'. With a due day: something new must have come in the period.
--                Without: the newest attempt was not good, and days of grace are counted from the last one that was.
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
    quiet.silent_days,
    expected.due,
    calendar_state.state as feed_state,
    calendar_state.starts_on as period_starts_on,
    calendar_state.due_on,
    calendar_state.deadline_on,
    calendar_state.holidays_known,
    case
        when expected.due is not null then
            case
                when calendar_state.state = 'late' then 'beyond_grace'
                when calendar_state.state = 'not_yet_published' or latest.outcome = 'source_unreachable'
                    then 'within_grace'
                else 'none'
            end
        when
            coalesce(latest.outcome, 'never_attempted') in (
                'missing_file', 'source_unreachable', 'not_yet_published', 'never_attempted'
            )
            then case when quiet.silent_days > expected.grace_days then 'beyond_grace' else 'within_grace' end
        else 'none'
    end as silence
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
) as known on true
cross join lateral (
    select greatest(floor(extract(epoch from run.knowledge_at - greatest(
        coalesce(known.last_good_at, known.first_attempt_at, expected.first_expected_at),
        expected.live_since::timestamp at time zone 'Asia/Shanghai'
    )) / 86400)::integer, 0) as silent_days
) as quiet
cross join lateral (
    select max(batch.known_from) as delivered_at
    from landing.batch
    where
        batch.department_id = expected.department_id
        and batch.feed_id = expected.feed_id
        and batch.known_from <= run.knowledge_at
        -- of the delivery that its rows were sent back from
        and not batch.holds_corrections
) as delivery
cross join lateral calendar.feed_state(
    expected.due,
    calendar.city_day(run.knowledge_at),
    greatest(calendar.city_day(least(known.first_attempt_at, expected.first_expected_at)), expected.live_since),
    calendar.city_day(delivery.delivered_at)
) as calendar_state;

-- The years whose holidays the due days of the feeds ask for. An unknown one has weekends only.
create or replace view quality.holiday_year as
select
    extract(year from asked.day)::integer as year,
    calendar.is_known_year(min(asked.day)) as is_known,
    count(distinct row(feed_health.department_id, feed_health.feed_id)) as feeds
from quality.feed_health
cross join lateral (
    values (feed_health.period_starts_on), (feed_health.due_on), (feed_health.deadline_on)
) as asked (day)
where asked.day is not null
group by extract(year from asked.day);
