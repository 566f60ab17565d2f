{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- Everything in the rulebooks in force that looks at records, and what it asks of them. A target is `ordered` where
-- the records themselves must be looked at one by one; of all others their numbers and sums are enough, which one
-- pass over all records brings together for all targets (subject_total).
with rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
),

target as (
    select * from {{ source('rulebook', 'target') }}
),

indicator_leaf as (
    select * from {{ ref('indicator_leaf') }}
),

grade_limit as (
    select * from {{ source('rulebook', 'grade_limit') }}
),

changing_line as (
    select distinct rulebook_id, version, purpose, target_id
    from {{ source('rulebook', 'record_line') }}
    where decay_months is not null or repair_percent is not null
)

select
    target.target_no,
    target.rulebook_id,
    target.version as rulebook_version,
    target.purpose,
    target.target_id,
    rulebook_in_force.stage,
    rulebook_in_force.is_compiled,
    rulebook_in_force.per_facet,
    case
        when target.purpose = 'indicator' then indicator_leaf.aggregate
        when target.purpose = 'crosswalk' then 'latest'
        when target.purpose = 'limit' then 'limit'
        else 'count'
    end as aggregate,
    case
        when target.purpose = 'indicator' then indicator_leaf.quantity
        when target.purpose = 'limit' then grade_limit.quantity
    end as quantity,
    case when target.purpose = 'indicator' then indicator_leaf.weighted_by end as weighted_by,
    coalesce(target.purpose = 'indicator' and indicator_leaf.once_per_case, false) as once_per_case,
    case when target.purpose = 'indicator' then indicator_leaf.stale_after_months end as stale_after_months,
    grade_limit.lasts_months,
    rulebook_in_force.per_facet
    or target.purpose = 'crosswalk'
    or coalesce(
        target.purpose = 'indicator'
        and (
            indicator_leaf.once_per_case or indicator_leaf.aggregate = 'latest'
            or indicator_leaf.stale_after_months is not null
        ),
        false
    )
    or grade_limit.lasts_months is not null
    or changing_line.target_id is not null as is_ordered,
    rulebook_in_force.year_begins_month,
    rulebook_in_force.year_begins_day
from target
inner join rulebook_in_force
    on target.rulebook_id = rulebook_in_force.rulebook_id and target.version = rulebook_in_force.rulebook_version
left join indicator_leaf
    on
        target.rulebook_id = indicator_leaf.rulebook_id
        and target.purpose in ('indicator', 'exempt', 'applicable')
        and target.target_id = indicator_leaf.indicator_id
left join grade_limit
    on
        target.purpose = 'limit'
        and target.rulebook_id = grade_limit.rulebook_id
        and target.version = grade_limit.version
        and target.target_id = grade_limit.limit_id
left join changing_line
    on
        target.rulebook_id = changing_line.rulebook_id
        and target.version = changing_line.version
        and target.purpose = changing_line.purpose
        and target.target_id = changing_line.target_id
