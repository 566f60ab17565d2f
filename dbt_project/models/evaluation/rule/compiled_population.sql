{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- The population of each rulebook that is not per facet, as one select over subject_total.
with rulebook as (
    select * from {{ ref('rulebook_in_force') }}
),

target_in_force as (
    select * from {{ ref('target_in_force') }} where purpose = 'population' and not is_ordered
)

select
    rulebook.rulebook_id,
    format(
        'select %L::text collate "C" as rulebook_id, %L::text collate "C" as rulebook_version,'
        ' subject_total.subject_key, ''''::text collate "C" as facet,'
        ' null::numeric as amount_total, null::numeric as quantity_total'
        ' from __subject_total__ as subject_total'
        ' where subject_total.records_%s > 0 and __is_evaluated__ and %s',
        rulebook.rulebook_id,
        rulebook.rulebook_version,
        target_in_force.target_no,
        {{ written_subject_kind('rulebook.population_subject_kinds') }}
    ) as population_sql
from rulebook
inner join target_in_force on rulebook.rulebook_id = target_in_force.rulebook_id
