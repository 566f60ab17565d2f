{{ config(materialized='table', unlogged=true, schema='evaluation', post_hook='analyze {{ this }}') }}
-- Raw values after each change that is tried: lines like record_value.
with tried_index as (
    select * from {{ ref('tried_index') }}
),

indicator_leaf as (
    select * from {{ ref('indicator_leaf') }} where source = 'records' or has_exemption or has_applicability
),

target_in_force as (
    select * from {{ ref('target_in_force') }} where purpose in ('indicator', 'exempt', 'applicable')
),

tried_total as (
    select * from {{ ref('tried_total') }} where records > 0
),

run as (
    select * from {{ source('evaluation', 'current_run') }}
)

select
    target_in_force.rulebook_id,
    target_in_force.stage,
    tried_total.subject_key,
    tried_total.facet,
    indicator_leaf.indicator_id,
    indicator_leaf.has_exemption or indicator_leaf.has_applicability as is_conditional,
    case when target_in_force.purpose = 'indicator' then {{ raw_value(total='tried_total') }} end as raw_value,
    target_in_force.purpose = 'indicator' as is_known,
    coalesce(tried_total.stale_from <= (select run.as_of from run), false) as is_stale,
    target_in_force.purpose = 'exempt' as is_exempt,
    target_in_force.purpose = 'applicable' as is_applicable
from tried_total
inner join target_in_force on tried_total.target_no = target_in_force.target_no
inner join indicator_leaf
    on
        target_in_force.rulebook_id = indicator_leaf.rulebook_id
        and target_in_force.target_id = indicator_leaf.indicator_id
inner join tried_index
    on
        tried_total.subject_key = tried_index.subject_key
        and target_in_force.rulebook_id = tried_index.rulebook_id
        and tried_total.facet = tried_index.facet
