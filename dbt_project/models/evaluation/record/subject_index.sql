{{ config(materialized='by_subject', indexes=[{'columns': ['subject_key']}]) }}
-- Every subject, or subject and facet, that must be evaluated: those with an active record of the rulebook's
-- population item, of a kind that the rulebook covers.
{%- set compiled = compiled_populations() %}
with ordered_total as (
    select * from {{ ref('ordered_total') }}
    where records > 0 and {{ is_evaluated() }}
),

target_in_force as (
    select * from {{ ref('target_in_force') }} where purpose = 'population'
),

rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
)

select
    target_in_force.rulebook_id,
    target_in_force.rulebook_version,
    ordered_total.subject_key,
    ordered_total.facet,
    ordered_total.amount_total,
    ordered_total.quantity_total
from ordered_total
inner join target_in_force on ordered_total.target_no = target_in_force.target_no
inner join rulebook_in_force on target_in_force.rulebook_id = rulebook_in_force.rulebook_id
where {{ subject_kind('ordered_total.subject_key') }} = any(rulebook_in_force.population_subject_kinds)
{%- if compiled %}
union all
{{ compiled }}
{%- endif %}
