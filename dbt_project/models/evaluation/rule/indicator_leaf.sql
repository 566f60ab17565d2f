-- Leaves of the indicator trees in force, each with its full path and its factor: the product of weight / 100
-- down the path. Multiplying by 0.01 keeps the product exact, where a division would round.
with recursive rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
),

all_indicator as (
    select * from {{ source('rulebook', 'indicator') }}
),

indicator as (
    select all_indicator.*
    from all_indicator
    inner join rulebook_in_force
        on
            all_indicator.rulebook_id = rulebook_in_force.rulebook_id
            and all_indicator.version = rulebook_in_force.rulebook_version
),

walk as (
    select
        rulebook_id,
        indicator_id,
        title_zh as path_zh,
        coalesce(weight * 0.01, 1) as factor
    from indicator
    where parent_id is null
    union all
    select
        indicator.rulebook_id,
        indicator.indicator_id,
        walk.path_zh || ' / ' || indicator.title_zh as path_zh,
        walk.factor * coalesce(indicator.weight * 0.01, 1) as factor
    from walk
    inner join indicator on walk.rulebook_id = indicator.rulebook_id and walk.indicator_id = indicator.parent_id
)

select
    indicator.rulebook_id,
    indicator.version as rulebook_version,
    indicator.indicator_id,
    indicator.position,
    walk.path_zh,
    indicator.title_zh,
    indicator.title_en,
    walk.factor,
    indicator.source,
    indicator.source_rulebook_id,
    indicator.aggregate,
    indicator.quantity,
    indicator.scale,
    indicator.linear_intercept,
    indicator.linear_slope,
    indicator.lowest_value,
    indicator.highest_value,
    indicator.value_when_missing
from indicator
inner join walk on indicator.rulebook_id = walk.rulebook_id and indicator.indicator_id = walk.indicator_id
where indicator.is_leaf
