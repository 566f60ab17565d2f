-- For each kind of record that exists, the one line of each leaf, limit and population that applies to it.
-- The most exact line wins: behaviour and severity, then behaviour, then severity, then any.
with rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
),

indicator_leaf as (
    select * from {{ ref('indicator_leaf') }}
),

indicator_item as (
    select * from {{ source('rulebook', 'indicator_item') }}
),

grade_limit as (
    select * from {{ source('rulebook', 'grade_limit') }}
),

record as (
    select * from {{ ref('credit_record') }}
),

kind_of_record as (
    select distinct
        catalogue_item_id,
        behaviour_code,
        severity
    from record
),

rule as (
    select
        rulebook_id,
        'population' as purpose,
        '' as target_id,
        population_item_id as catalogue_item_id,
        '' as behaviour_code,
        '' as severity,
        null::integer as validity_months,
        null::integer as longest_months,
        null::numeric as points,
        null::text as quantity
    from rulebook_in_force
    union all
    select
        indicator_item.rulebook_id,
        'indicator' as purpose,
        indicator_item.indicator_id as target_id,
        indicator_item.catalogue_item_id,
        indicator_item.behaviour_code,
        indicator_item.severity,
        indicator_item.validity_months,
        indicator_item.longest_months,
        case when indicator_leaf.aggregate = 'count' then 1 else indicator_item.points end as points,
        indicator_leaf.quantity
    from indicator_item
    inner join indicator_leaf
        on
            indicator_item.rulebook_id = indicator_leaf.rulebook_id
            and indicator_item.version = indicator_leaf.rulebook_version
            and indicator_item.indicator_id = indicator_leaf.indicator_id
    union all
    select
        grade_limit.rulebook_id,
        'limit' as purpose,
        grade_limit.limit_id as target_id,
        grade_limit.catalogue_item_id,
        grade_limit.behaviour_code,
        grade_limit.severity,
        grade_limit.validity_months,
        grade_limit.longest_months,
        null::numeric as points,
        null::text as quantity
    from grade_limit
    inner join rulebook_in_force
        on
            grade_limit.rulebook_id = rulebook_in_force.rulebook_id
            and grade_limit.version = rulebook_in_force.rulebook_version
)

select distinct on (
    rule.rulebook_id, rule.purpose, rule.target_id, kind.catalogue_item_id, kind.behaviour_code, kind.severity
)
    rule.rulebook_id,
    rule.purpose,
    rule.target_id,
    kind.catalogue_item_id,
    kind.behaviour_code,
    kind.severity,
    rule.validity_months,
    rule.longest_months,
    rule.points,
    rule.quantity,
    rulebook_in_force.per_facet
from kind_of_record as kind
inner join rule
    on
        kind.catalogue_item_id = rule.catalogue_item_id
        and rule.behaviour_code in ('', kind.behaviour_code)
        and rule.severity in ('', kind.severity)
inner join rulebook_in_force on rule.rulebook_id = rulebook_in_force.rulebook_id
order by
    rule.rulebook_id asc,
    rule.purpose asc,
    rule.target_id asc,
    kind.catalogue_item_id asc,
    kind.behaviour_code asc,
    kind.severity asc,
    (rule.behaviour_code <> '') desc,
    (rule.severity <> '') desc
