{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- Every subject, or subject and facet, that must be evaluated: those with an active record of the rulebook's
-- population item, of a kind that the rulebook covers.
with rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
),

counting_record as (
    select * from {{ ref('counting_record') }}
)

select distinct
    counting_record.rulebook_id,
    rulebook_in_force.rulebook_version,
    rulebook_in_force.stage,
    counting_record.subject_key,
    counting_record.facet
from counting_record
inner join rulebook_in_force on counting_record.rulebook_id = rulebook_in_force.rulebook_id
where
    counting_record.purpose = 'population'
    and counting_record.is_active
    and {{ subject_kind('counting_record.subject_key') }} = any(rulebook_in_force.population_subject_kinds)
