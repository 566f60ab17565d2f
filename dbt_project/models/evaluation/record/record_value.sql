{{ config(materialized='view') }}
-- One raw value per leaf that has records. A record without the number that the leaf asks for adds nothing to a
-- sum; where a maximum or a latest value has no number at all, the raw value is null: missing.
with indicator_leaf as (
    select * from {{ ref('indicator_leaf') }}
),

active_record as (
    select * from {{ ref('active_record') }}
),

totals as (
    select
        subject_key,
        rulebook_id,
        facet,
        indicator_id,
        count(*) as records,
        sum(points) as total,
        max(points) as highest
    from active_record
    group by subject_key, rulebook_id, facet, indicator_id
),

-- apart from the totals, so that only leaves that ask for the latest record pay for sorting
latest as (
    select distinct on (
        active_record.subject_key, active_record.rulebook_id, active_record.facet, active_record.indicator_id
    )
        active_record.subject_key,
        active_record.rulebook_id,
        active_record.facet,
        active_record.indicator_id,
        active_record.points
    from active_record
    inner join indicator_leaf
        on
            active_record.rulebook_id = indicator_leaf.rulebook_id
            and active_record.indicator_id = indicator_leaf.indicator_id
    where indicator_leaf.aggregate = 'latest' and active_record.points is not null
    order by
        active_record.subject_key asc,
        active_record.rulebook_id asc,
        active_record.facet asc,
        active_record.indicator_id asc,
        active_record.occurred_on desc,
        active_record.known_from desc,
        active_record.record_id desc
)

select
    totals.rulebook_id,
    totals.subject_key,
    totals.facet,
    totals.indicator_id,
    case indicator_leaf.aggregate
        when 'count' then totals.records::numeric
        when 'sum' then coalesce(totals.total, 0)
        when 'maximum' then totals.highest
        else latest.points
    end as raw_value
from totals
inner join indicator_leaf
    on totals.rulebook_id = indicator_leaf.rulebook_id and totals.indicator_id = indicator_leaf.indicator_id
left join latest
    on
        totals.rulebook_id = latest.rulebook_id
        and totals.subject_key = latest.subject_key
        and totals.facet = latest.facet
        and totals.indicator_id = latest.indicator_id
