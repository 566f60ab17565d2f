-- Leaf indicators of the rulebook versions in force, with weight, default and legal basis.
with indicator_default as (select * from {{ ref('indicator_default') }}),

indicator_leaf as (select * from {{ ref('indicator_leaf') }}),

indicator as (select * from {{ source('rulebook', 'indicator') }})

select
    indicator_default.rulebook_id,
    indicator_default.indicator_id,
    indicator_default.rulebook_version,
    indicator_default.position,
    indicator_default.path_zh,
    indicator_default.title_zh,
    indicator_default.title_en,
    indicator_default.factor,
    indicator_leaf.is_scored,
    indicator_leaf.group_id as redistributing_group_id,
    indicator_default.default_value,
    indicator_default.default_status,
    indicator_default.default_contribution,
    case
        when indicator.aggregate = 'count' then '次'
        -- a share, or a bare number
        when indicator.aggregate = 'ratio' or indicator.quantity = 'quantity' then ''
        when indicator.quantity = 'amount' then '元'
        else '分'
    end as unit_zh,
    indicator.source_rulebook_id,
    indicator.legal_basis
from indicator_default
inner join indicator_leaf
    on
        indicator_default.rulebook_id = indicator_leaf.rulebook_id
        and indicator_default.indicator_id = indicator_leaf.indicator_id
inner join indicator
    on
        indicator_default.rulebook_id = indicator.rulebook_id
        and indicator_default.rulebook_version = indicator.version
        and indicator_default.indicator_id = indicator.indicator_id
