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
