{#-
    CTE `matched`: every record of CTE `record` beside the one line of each target that applies to it, with the days
    [counts_from, counts_until) on which it counts and its points before they fade.

    rule: name of a CTE like record_rule. A record's validity is its own, or calendar months from the day it
    occurred, or the shorter of the two; the end of a year of points, withdrawal and repair end it early, a repair
    only where the line has no repair table. least() passes over null.
-#}
{% macro matched_record(rule='rule') %}
matched as (
    select
        rule.target_no,
        rule.is_numerator,
        rule.decay_months,
        rule.decay_percent,
        rule.repair_within_days,
        rule.repair_within_years,
        rule.repair_amount_at_most,
        rule.repair_percent,
        record.subject_key,
        case when rule.per_facet then record.facet else '' end as facet,
        record.record_id,
        record.case_id,
        record.occurred_on,
        record.known_from,
        record.quantity,
        record.amount,
        case when rule.keeps_repaired then record.repaired_on end as repaired_on,
        coalesce(
            rule.points,
            case rule.quantity
                when 'points_counted' then record.points_counted
                when 'points_declared' then record.points_declared
                when 'amount' then record.amount
                when 'quantity' then record.quantity
            end
        ) as points,
        rule.weighted_by is not null as is_weighted,
        case rule.weighted_by when 'amount' then record.amount when 'quantity' then record.quantity end as weight,
        case
            when rule.validity is null then greatest(record.effective_from, record.occurred_on)
            else record.occurred_on
        end as counts_from,
        least(
            case
                when rule.validity is null then record.effective_until
                else (record.occurred_on + rule.validity)::date
            end,
            case when rule.longest is not null then (record.occurred_on + rule.longest)::date end,
            case
                when rule.until_cycle_end
                    then rulebook.next_year_begin(record.occurred_on, rule.year_begins_month, rule.year_begins_day)
            end,
            record.withdrawn_on,
            case when not rule.keeps_repaired then record.repaired_on end
        ) as counts_until
    from record
    inner join {{ rule }} as rule
        on
            record.catalogue_item_id = rule.catalogue_item_id
            and (rule.behaviour_code = '' or rule.behaviour_code = record.behaviour_code)
            and (rule.severity = '' or rule.severity = record.severity)
            and (
                rule.claimed_behaviours is null
                or not exists (
                    select from unnest(rule.claimed_behaviours, rule.claimed_severities) as claim (behaviour, severity)
                    where claim.behaviour in ('', record.behaviour_code) and claim.severity in ('', record.severity)
                )
            )
)
{%- endmacro %}


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
