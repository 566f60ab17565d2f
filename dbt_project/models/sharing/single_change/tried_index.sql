{{ config(materialized='table', unlogged=true, schema='evaluation', post_hook='analyze {{ this }}') }}
-- Who would be graded after each change that is tried: rows like subject_index. A change can take a subject out of a
-- population, but not into one.
with tried_change as (
    select * from {{ ref('tried_change') }}
),

tried_total as (
    select * from {{ ref('tried_total') }} where records > 0
),

target_in_force as (
    select * from {{ ref('target_in_force') }} where purpose = 'population'
),

-- whoever is graded has a score
subject_index as (
    select rulebook_id, rulebook_version, subject_key, facet from {{ ref('score') }}
)

select
    subject_index.rulebook_id,
    subject_index.rulebook_version,
    target_in_force.stage,
    tried_total.subject_key,
    subject_index.facet,
    tried_total.amount_total,
    tried_total.quantity_total
from tried_total
inner join target_in_force on tried_total.target_no = target_in_force.target_no
inner join tried_change on tried_total.subject_key = tried_change.change_key
inner join subject_index
    on
        tried_change.subject_key = subject_index.subject_key
        and target_in_force.rulebook_id = subject_index.rulebook_id
        and tried_total.facet = subject_index.facet
