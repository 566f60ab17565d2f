{{ config(materialized='table', unlogged=true, schema='evaluation', post_hook='analyze {{ this }}') }}
-- The single changes that are tried out, each for one rulebook and subject: one record that counts there, or in a
-- rulebook whose score is read, ceases to count; or one more record of a kind is there.
with improvable as (
    select distinct rulebook_id, subject_key from {{ ref('ranked_grade') }} where rank > 1
),

removable_record as (
    select * from {{ ref('removable_record') }}
),

target_in_force as (
    select * from {{ ref('target_in_force') }}
),

rulebook_dependency as (
    select * from {{ ref('rulebook_dependency') }}
),

new_record as (
    select * from {{ ref('new_record') }}
),

alike_subject as (
    select distinct rulebook_id, first_subject_key from {{ ref('alike_subject') }}
),

-- whatever looks at records for a rulebook's grade; a limit of another one changes that one's grade, never its score
looks_at as (
    select
        rulebook_dependency.rulebook_id,
        target_in_force.target_no
    from target_in_force
    inner join rulebook_dependency
        on
            target_in_force.rulebook_id = rulebook_dependency.reads_rulebook_id
            and (
                target_in_force.purpose = 'indicator'
                or (
                    target_in_force.purpose = 'limit'
                    and target_in_force.rulebook_id = rulebook_dependency.rulebook_id
                )
            )
),

-- kinds that a line names, of which at least one effect is known
kind as (
    select
        looks_at.rulebook_id,
        new_record.kind_of_record,
        new_record.catalogue_item_id,
        new_record.behaviour_code,
        new_record.severity
    from looks_at
    inner join {{ ref('record_rule') }} as line on looks_at.target_no = line.target_no
    inner join new_record
        on
            line.catalogue_item_id = new_record.catalogue_item_id
            and line.behaviour_code = new_record.behaviour_code
            and line.severity = new_record.severity
    intersect
    select
        looks_at.rulebook_id,
        new_record.kind_of_record,
        new_record.catalogue_item_id,
        new_record.behaviour_code,
        new_record.severity
    from looks_at
    inner join new_record on looks_at.target_no = new_record.target_no
    where new_record.is_known
),

change as (
    select distinct
        improvable.rulebook_id,
        improvable.subject_key,
        'record_ends' as kind,
        removable_record.record_id,
        null::text as catalogue_item_id,
        null::text as behaviour_code,
        null::text as severity
    from removable_record
    inner join looks_at on removable_record.target_no = looks_at.target_no
    inner join improvable
        on
            looks_at.rulebook_id = improvable.rulebook_id
            and removable_record.subject_key = improvable.subject_key
    union all
    select
        alike_subject.rulebook_id,
        alike_subject.first_subject_key as subject_key,
        'record_added' as kind,
        kind.kind_of_record as record_id,
        kind.catalogue_item_id,
        kind.behaviour_code,
        kind.severity
    from alike_subject
    inner join kind on alike_subject.rulebook_id = kind.rulebook_id
)

select
    *,
    (row_number() over ())::text as change_key
from change
