-- Counts of a plan: per grade by the ratio, and per division by largest remainder, so that they add up exactly.
create or replace function supervision.count_plan(plan bigint, item_version bigint, months integer) returns void
language sql
as $$
    with counted as (
        select grade, division_code, count(*) as subjects
        from supervision.item_subject(item_version) group by grade, division_code
    ),

    planned as (
        select
            counted.grade, measure.city_grade, sum(counted.subjects)::bigint as subjects,
            measure.inspection_ratio_percent as ratio, measure.inspections_per_year as frequency,
            -- one division only, at the end: what is exact stays exact
            ceil(coalesce(
                sum(counted.subjects) * measure.inspection_ratio_percent * measure.inspections_per_year * months, 0
            ) / 1200)::bigint as to_draw
        from counted
        left join supervision.item_measure as measure
            on counted.grade = measure.grade and measure.version_id = item_version
        group by counted.grade, measure.city_grade, measure.inspection_ratio_percent, measure.inspections_per_year
    ),

    shared as (
        select
            counted.*, planned.to_draw,
            div(planned.to_draw::numeric * counted.subjects, planned.subjects) as whole,
            row_number() over (
                partition by counted.grade
                order by
                    mod(planned.to_draw::numeric * counted.subjects, planned.subjects) desc, counted.division_code
            ) as place
        from counted inner join planned using (grade)
    ),

    kept as (
        insert into supervision.plan_grade
        select plan, grade, city_grade, subjects, ratio, frequency, to_draw from planned
    )

    insert into supervision.plan_division
    select
        plan, grade, division_code, subjects,
        whole + (place <= to_draw - sum(whole) over (partition by grade))::integer
    from shared
$$;

-- The period of an item that holds a day.
create or replace function supervision.period_of(day date, months integer) returns date
language sql immutable
as $$
    select make_date(
        extract(year from day)::integer, (extract(month from day)::integer - 1) / months * months + 1, 1
    )
$$;
