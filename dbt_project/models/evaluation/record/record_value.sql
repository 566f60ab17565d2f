{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- One raw value per leaf that has records. A record without the number that the leaf asks for adds nothing to a
-- sum; where a maximum or a latest value has no number at all, the raw value is null: missing.
with indicator_leaf as (
    select * from {{ ref('indicator_leaf') }}
),

active_record as (
    select * from {{ ref('active_record') }}
),

leaf_record as (
    select
        active_record.*,
        indicator_leaf.aggregate
    from active_record
    inner join indicator_leaf
        on
            active_record.rulebook_id = indicator_leaf.rulebook_id
            and active_record.indicator_id = indicator_leaf.indicator_id
),

totals as (
    select
        rulebook_id,
        subject_key,
        facet,
        indicator_id,
        aggregate,
        count(*) as records,
        sum(points) as total,
        max(points) as highest
    from leaf_record
    group by rulebook_id, subject_key, facet, indicator_id, aggregate
),

-- apart from the totals, so that only leaves that ask for the latest record pay for sorting
latest as (
    select distinct on (rulebook_id, subject_key, facet, indicator_id)
        rulebook_id,
        subject_key,
        facet,
        indicator_id,
        points
    from leaf_record
    where aggregate = 'latest' and points is not null
    order by
        rulebook_id asc,
        subject_key asc,
        facet asc,
        indicator_id asc,
        occurred_on desc,
        known_from desc,
        record_id desc
)

select
    totals.rulebook_id,
    totals.subject_key,
    totals.facet,
    totals.indicator_id,
    case totals.aggregate
        when 'count' then totals.records::numeric
        when 'sum' then coalesce(totals.total, 0)
        when 'maximum' then totals.highest
        else latest.points
    end as raw_value
from totals
left join latest
    on
        totals.rulebook_id = latest.rulebook_id
        and totals.subject_key = latest.subject_key
        and totals.facet = latest.facet
        and totals.indicator_id = latest.indicator_id
