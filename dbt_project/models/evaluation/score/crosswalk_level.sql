{{ config(materialized='view') }}
-- The level that somebody else gave a subject, as the rank of the grade that names it; null where no grade does.
with ordered_total as (
    select * from {{ ref('ordered_total') }} where records > 0
),

target_in_force as (
    select * from {{ ref('target_in_force') }} where purpose = 'crosswalk'
)

select
    target_in_force.rulebook_id,
    ordered_total.subject_key,
    ordered_total.facet,
    ordered_total.latest as rank
from ordered_total
inner join target_in_force on ordered_total.target_no = target_in_force.target_no
