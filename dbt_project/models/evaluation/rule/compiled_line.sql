{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- Each line of a rulebook whose target is not ordered, written out as SQL over one record: which records it means,
-- until when they count, and with how many points. Lines of a catalogue item with the same beginning and end share a
-- `period`; each item counts its own periods from 1, so that the first one of all items is one expression.
with record_rule as (
    select * from {{ ref('record_rule') }} where not is_ordered
),

claim as (
    select
        record_rule.target_no, record_rule.is_numerator, record_rule.catalogue_item_id, record_rule.behaviour_code,
        record_rule.severity,
        string_agg(
            ' and not (' || concat_ws(
                ' and ',
                case when other.behaviour <> '' then format('behaviour_code = %L', other.behaviour) end,
                case when other.severity <> '' then format('severity = %L', other.severity) end
            ) || ')',
            '' order by other.behaviour, other.severity
        ) as not_claimed
    from record_rule
    cross join lateral unnest(
        record_rule.claimed_behaviours, record_rule.claimed_severities
    ) as other (behaviour, severity)
    group by 1, 2, 3, 4, 5
),

written as (
    select
        record_rule.target_no,
        record_rule.rulebook_id,
        record_rule.purpose,
        record_rule.aggregate,
        record_rule.is_numerator,
        record_rule.catalogue_item_id,
        record_rule.weighted_by,
        format('catalogue_item_id = %L', record_rule.catalogue_item_id)
        || case
            when record_rule.behaviour_code <> '' then format(' and behaviour_code = %L', record_rule.behaviour_code)
            else ''
        end
        || case when record_rule.severity <> '' then format(' and severity = %L', record_rule.severity) else '' end
        || coalesce(claim.not_claimed, '') as condition,
        case
            when record_rule.validity is null then 'greatest(effective_from, occurred_on)' else 'occurred_on'
        end as counts_from,
        'least(' || concat_ws(
            ', ',
            case
                when record_rule.validity is null then 'effective_until'
                else format('(occurred_on + interval %L)::date', record_rule.validity)
            end,
            case
                when record_rule.longest is not null
                    then format('(occurred_on + interval %L)::date', record_rule.longest)
            end,
            case
                when record_rule.until_cycle_end
                    then format(
                        'rulebook.next_year_begin(occurred_on, %s, %s)',
                        record_rule.year_begins_month, record_rule.year_begins_day
                    )
            end,
            'withdrawn_on', 'repaired_on'
        ) || ')' as counts_until,
        coalesce('(' || record_rule.points::text || ')', record_rule.quantity, 'null::numeric') as points
    from record_rule
    left join claim using (target_no, is_numerator, catalogue_item_id, behaviour_code, severity)
)

select
    *,
    dense_rank() over (partition by catalogue_item_id order by counts_from, counts_until) as period
from written
