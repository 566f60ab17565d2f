-- When a feed is due. A rule is `due` of a department file as jsonb: {"every": "working_day"}, {"weekday": "monday"},
-- {"day_of_month": 10} or {"working_day_of_month": 5}, the last two with "months": [1, 4, 7, 10] where not every
-- month, all with "grace_working_days".

-- The period of a rule that holds a day: a working day with the days of rest after it, a week from Monday, or the
-- months from one due month until the next. A due day that is no working day moves to the next one.
create or replace function calendar.due_period(
    rule jsonb, day date, out starts_on date, out ends_on date, out due_on date
)
language plpgsql stable parallel safe
as $$
declare
    month_day integer := rule ->> 'day_of_month';
begin
    if rule ->> 'every' = 'working_day' then
        -- 60 days back: longer than any row of holidays
        starts_on := (
            select max(candidate)::date
            from generate_series(day - 60, day, interval '1 day') as candidate
            where calendar.is_working_day(candidate::date)
        );
        ends_on := calendar.add_working_days(starts_on, 1) - 1;
        due_on := starts_on;
    elsif rule ? 'weekday' then
        starts_on := date_trunc('week', day);
        ends_on := starts_on + 6;
        due_on := calendar.add_working_days(starts_on + array_position(
            array['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'], rule ->> 'weekday'
        ) - 1, 0);
    else
        select
            max(first_day) filter (where first_day <= day),
            min(first_day) filter (where first_day > day) - 1
        into starts_on, ends_on
        from generate_series(
            date_trunc('month', day) - interval '11 months', date_trunc('month', day) + interval '12 months', '1 month'
        ) as month_start
        cross join lateral (select month_start::date as first_day) as month
        where coalesce(rule -> 'months' @> to_jsonb(extract(month from first_day)::integer), true);
        due_on := case
            when rule ? 'working_day_of_month'
                then calendar.add_working_days(starts_on - 1, (rule ->> 'working_day_of_month')::integer)
            -- the 31st of a shorter month is its last day
            else calendar.add_working_days(
                least(starts_on + month_day - 1, (starts_on + interval '1 month')::date - 1), 0
            )
        end;
    end if;
end
$$;

-- What is to be said of a feed on a day:
--   received            something new came in the period
--   not_yet_due         its day is still to come
--   due                 today is its day
--   not_yet_published   its day has passed, the grace has not (本期尚未报送)
--   late                the grace has passed too
-- Owed is the first period after that of the newest delivery; without any since the feed was first expected, the first
-- whose day had not passed then. What is owed stays so until something comes. Null without a rule.
--   expected_since   the day from which the feed is asked for
--   delivered_on     the newest day with something new; null = never
--   holidays_known   false: a year of these days has no holidays listed, so that only weekends were left out
create or replace function calendar.feed_state(
    rule jsonb, day date, expected_since date, delivered_on date,
    out state text, out starts_on date, out due_on date, out deadline_on date, out holidays_known boolean
)
language plpgsql stable parallel safe
as $$
declare
    this record;
begin
    if rule is null then
        return;
    end if;
    this := calendar.due_period(rule, coalesce(delivered_on, expected_since));
    if delivered_on is not null and this.ends_on >= day then
        state := 'received';
    else
        if delivered_on is not null then
            -- a delivery from before the feed was asked for makes nothing owed that came before that either
            this := calendar.due_period(rule, greatest(this.ends_on + 1, expected_since));
        end if;
        if this.due_on < expected_since then
            this := calendar.due_period(rule, this.ends_on + 1);
        end if;
    end if;
    starts_on := this.starts_on;
    due_on := this.due_on;
    deadline_on := calendar.add_working_days(due_on, coalesce((rule ->> 'grace_working_days')::integer, 0));
    holidays_known := calendar.is_known_year(starts_on) and calendar.is_known_year(due_on)
        and calendar.is_known_year(deadline_on);
    state := coalesce(state, case
        when day < due_on then 'not_yet_due'
        when day = due_on then 'due'
        when day <= deadline_on then 'not_yet_published'
        else 'late'
    end);
end
$$;
