{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- What each leaf contributes for a subject about whom it knows nothing: counts and sums of no records are 0
-- ('clean'); anything else is 'missing'; what applies only to some is 'not_applicable'. Leaves of a redistributing
-- group stand in the contributions of every subject, so their default adds nothing.
with indicator_leaf as (
    select * from {{ ref('indicator_leaf') }}
),

indicator_band as (
    select * from {{ source('rulebook', 'indicator_band') }}
),

nothing_known as (
    select
        rulebook_id,
        indicator_id,
        case when source = 'records' and aggregate in ('count', 'sum') then 0::numeric end as raw_value,
        false as is_known,
        false as is_stale,
        false as is_exempt,
        not has_applicability as is_applicable
    from indicator_leaf
),

{{ value_of_raw('nothing_known', 'indicator_leaf', 'indicator_band', []) }}

select
    indicator_leaf.rulebook_id,
    indicator_leaf.rulebook_version,
    indicator_leaf.indicator_id,
    indicator_leaf.position,
    indicator_leaf.path_zh,
    indicator_leaf.title_zh,
    indicator_leaf.title_en,
    indicator_leaf.factor,
    indicator_leaf.is_scored,
    indicator_leaf.group_id is not null as is_redistributed,
    valued.status as default_status,
    valued.value as default_value,
    case when indicator_leaf.group_id is null then valued.value * indicator_leaf.factor else 0 end
    as default_contribution
from indicator_leaf
inner join valued
    on indicator_leaf.rulebook_id = valued.rulebook_id and indicator_leaf.indicator_id = valued.indicator_id
