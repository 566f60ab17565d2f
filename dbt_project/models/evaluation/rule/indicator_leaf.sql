{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- Leaves of the indicator trees in force, each with its full path and its factor: the product of weight / 100
-- down the path. Multiplying by 0.01 keeps the product exact, where a division would round.
-- Under a redistributing group (group_id), child_id is the child of the group that the leaf belongs to.
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
        coalesce(weight * 0.01, 1) as factor,
        case when redistributes then indicator_id end as group_id,
        null::text collate "C" as child_id,
        case when redistributes then coalesce(weight * 0.01, 1) end as group_factor,
        null::numeric as child_weight,
        1::numeric as factor_below
    from indicator
    where parent_id is null
    union all
    select
        indicator.rulebook_id,
        indicator.indicator_id,
        walk.path_zh || ' / ' || indicator.title_zh as path_zh,
        walk.factor * coalesce(indicator.weight * 0.01, 1) as factor,
        case when indicator.redistributes then indicator.indicator_id else walk.group_id end as group_id,
        case when walk.group_id is not null then coalesce(walk.child_id, indicator.indicator_id) end as child_id,
        case
            when indicator.redistributes then walk.factor * coalesce(indicator.weight * 0.01, 1)
            else walk.group_factor
        end as group_factor,
        case
            when walk.group_id is not null then coalesce(walk.child_weight, indicator.weight)
        end as child_weight,
        case
            when walk.child_id is not null then walk.factor_below * coalesce(indicator.weight * 0.01, 1)
            else 1
        end as factor_below
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
    case when indicator.is_scored then walk.factor else 0 end as factor,
    indicator.is_scored,
    walk.group_id,
    walk.child_id,
    walk.group_factor,
    walk.child_weight,
    walk.factor_below,
    indicator.source,
    indicator.source_rulebook_id,
    indicator.facet_aggregate,
    indicator.aggregate,
    indicator.quantity,
    indicator.weighted_by,
    indicator.once_per_case,
    indicator.scale,
    indicator.linear_intercept,
    indicator.linear_slope,
    indicator.goalpost_worst,
    indicator.goalpost_best,
    indicator.lowest_value,
    indicator.highest_value,
    indicator.value_when_missing,
    indicator.value_when_stale,
    indicator.value_when_exempt,
    indicator.value_when_not_applicable,
    indicator.stale_after_months,
    indicator.has_exemption,
    indicator.has_applicability
from indicator
inner join walk on indicator.rulebook_id = walk.rulebook_id and indicator.indicator_id = walk.indicator_id
where indicator.is_leaf
