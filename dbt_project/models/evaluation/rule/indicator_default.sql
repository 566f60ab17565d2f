-- What each leaf contributes for a subject about whom it knows nothing: counts and sums of no records are 0
-- ('clean'); a latest value, a maximum or another rulebook's score is 'missing'.
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
        case when source = 'records' and aggregate in ('count', 'sum') then 0::numeric end as raw_value
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
    case when scaled.raw_value is null then 'missing' else 'clean' end as default_status,
    scaled.value as default_value,
    scaled.value * indicator_leaf.factor as default_contribution
from indicator_leaf
inner join scaled
    on indicator_leaf.rulebook_id = scaled.rulebook_id and indicator_leaf.indicator_id = scaled.indicator_id
