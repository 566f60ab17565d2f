-- Working days (工作日) and the dates by which feeds are due. All days are city days.
create schema if not exists calendar;

-- Days on which the week does not decide: holidays, and rest days that are worked instead (调休). Filled by `prepare`
-- from warehouse/holiday.csv; a year without a line is unknown, and then only weekends are rest days.
create table if not exists calendar.holiday (
    -- the year of the notice; its dates may lie at the end of the year before
    year smallint not null,
    date date primary key,
    name text not null,
    is_working_day boolean not null,
    -- the notice that says so
    source text not null
);

-- The day of a moment in the city. Read once, here: row policies compare with it, and a body that is read at each call
-- would take the type `date` from a reader's own temporary schema.
create or replace function calendar.city_day(moment timestamptz) returns date
language sql stable parallel safe
return (moment at time zone 'Asia/Shanghai')::date;

create or replace function calendar.is_working_day(day date) returns boolean
language sql stable parallel safe
as $$
    select coalesce(
        (select holiday.is_working_day from calendar.holiday where holiday.date = day),
        extract(isodow from day) < 6
    )
$$;

-- The last of so many working days after a day, which itself does not count (民法典第二百零一条). 0: the day itself,
-- or the next working day where it is none (民法典第二百零三条). Null for null.
create or replace function calendar.add_working_days(day date, days integer) returns date
language plpgsql stable parallel safe
as $$
begin
    if days < 0 then
        raise exception '工作日数不能为负（working days must not be negative）: %', days;
    end if;
    return (
        select candidate::date
        -- 5 days of 7 are worked, and the days of rest of a whole year would fit into the rest of the span
        from generate_series(day + least(days, 1), day + 2 * days + 60, interval '1 day') as candidate
        where calendar.is_working_day(candidate::date)
        order by candidate
        limit 1 offset greatest(days - 1, 0)
    );
end
$$;

-- Days from Monday to Friday after one day up to and including another, which is not earlier.
create or replace function calendar.weekdays_between(after_day date, until_day date) returns integer
language sql immutable parallel safe
-- 0001-01-01 was a Monday
return (until_day - date '0001-01-01') / 7 * 5 + least((until_day - date '0001-01-01') % 7 + 1, 5)
- (after_day - date '0001-01-01') / 7 * 5 - least((after_day - date '0001-01-01') % 7 + 1, 5);

-- What each listed day adds to the days from Monday to Friday, or takes from them.
create or replace view calendar.listed_day as
select date, is_working_day::integer - (extract(isodow from date) < 6)::integer as worked from calendar.holiday;

-- Working days after one day up to and including another; 0 where the second is not later. Views that departments read
-- say the same themselves: a function reads with the rights of whoever asks, and departments may not read the list.
create or replace function calendar.working_days_between(after_day date, until_day date) returns integer
language sql stable parallel safe
as $$
    select case
        when until_day > after_day then calendar.weekdays_between(after_day, until_day) + coalesce((
            select sum(listed_day.worked)
            from calendar.listed_day
            where listed_day.date > after_day and listed_day.date <= until_day
        ), 0)::integer
        else 0
    end
$$;

-- Whether holidays of the year are known, so that its working days can be relied on.
create or replace function calendar.is_known_year(day date) returns boolean
language sql stable parallel safe
as $$ select exists (select from calendar.holiday where holiday.year = extract(year from day)) $$;
