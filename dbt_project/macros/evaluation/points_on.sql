{#- The points that a matched record counts with on a day: after fading, less what its repair gave back. -#}
{% macro points_on(day, matched='matched') -%}
case
    when {{ matched }}.decay_months is null and ({{ matched }}.repaired_on is null or {{ matched }}.repaired_on > {{ day }})
        then {{ matched }}.points
    else
        {{ matched }}.points
        * coalesce((
            select step.percent * 0.01
            from unnest({{ matched }}.decay_months, {{ matched }}.decay_percent) as step (months, percent)
            where ({{ matched }}.occurred_on + make_interval(months => step.months))::date <= {{ day }}
            order by step.months desc
            limit 1
        ), 1)
        * (100 - case
            when {{ matched }}.repaired_on <= {{ day }} then coalesce(({{ returned_percent(matched) }}), 0)
            else 0
        end) * 0.01
end
{%- endmacro %}


{#- What a repair gives back, in percent: the first step of the repair table that fits; null where none does. -#}
{% macro returned_percent(matched='matched') -%}
select step.percent
from unnest(
    {{ matched }}.repair_within_days, {{ matched }}.repair_within_years, {{ matched }}.repair_amount_at_most,
    {{ matched }}.repair_percent
) with ordinality as step (within_days, within_years, amount_at_most, percent, place)
where
    (step.within_days is null or {{ matched }}.repaired_on - {{ matched }}.occurred_on <= step.within_days)
    and (
        step.within_years is null
        or extract(year from {{ matched }}.repaired_on) - extract(year from {{ matched }}.occurred_on)
        <= step.within_years
    )
    and (step.amount_at_most is null or {{ matched }}.amount <= step.amount_at_most)
order by step.place
limit 1
{%- endmacro %}


{#- The first day after a day on which a matched record begins, fades, is repaired or ceases to count; null where it
    has ceased, although a limit that it brought about may last. -#}
{% macro record_changes_on(day, matched='matched') -%}
case
    when {{ matched }}.counts_until <= {{ day }} then null
    when {{ matched }}.counts_from > {{ day }} then {{ matched }}.counts_from
    when {{ matched }}.decay_months is null and {{ matched }}.repaired_on is null then {{ matched }}.counts_until
    else least(
        {{ matched }}.counts_until,
        case when {{ matched }}.repaired_on > {{ day }} then {{ matched }}.repaired_on end,
        (
            select min(({{ matched }}.occurred_on + make_interval(months => step.months))::date)
            from unnest({{ matched }}.decay_months) as step (months)
            where ({{ matched }}.occurred_on + make_interval(months => step.months))::date > {{ day }}
        )
    )
end
{%- endmacro %}
