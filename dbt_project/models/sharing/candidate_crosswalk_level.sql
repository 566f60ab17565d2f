-- Where the grade was made elsewhere: the level that the newest record says, and that record. A level that no grade
-- names is shown as well.
with ordered_record as (select * from {{ ref('ordered_record') }}),

target_in_force as (select * from {{ ref('target_in_force') }} where purpose = 'crosswalk'),

subject_index as (select * from {{ ref('subject_index') }}),

credit_record as (select * from {{ ref('credit_record') }}),

newest as (
    select distinct on (ordered_record.target_no, ordered_record.subject_key, ordered_record.facet)
        target_in_force.rulebook_id,
        ordered_record.subject_key,
        ordered_record.facet,
        ordered_record.record_id,
        ordered_record.counts_until
    from ordered_record
    inner join target_in_force on ordered_record.target_no = target_in_force.target_no
    inner join subject_index
        on
            ordered_record.subject_key = subject_index.subject_key
            and target_in_force.rulebook_id = subject_index.rulebook_id
            and ordered_record.facet = subject_index.facet
    where ordered_record.is_active
    order by
        ordered_record.target_no asc,
        ordered_record.subject_key asc,
        ordered_record.facet asc,
        ordered_record.occurred_on desc,
        ordered_record.known_from desc,
        ordered_record.record_id desc
)

select
    newest.rulebook_id,
    newest.subject_key,
    newest.facet,
    credit_record.behaviour_code as level,
    jsonb_build_array(jsonb_build_object(
        'record_key', credit_record.record_key,
        'department_id', credit_record.department_id,
        'catalogue_item_id', credit_record.catalogue_item_id,
        'occurred_on', credit_record.occurred_on,
        'effective_until', newest.counts_until,
        'summary', credit_record.summary,
        'batch_id', credit_record.batch_id,
        'row_number', credit_record.row_number
    )) as records
from newest
inner join credit_record
    on newest.subject_key = credit_record.subject_key and newest.record_id = credit_record.record_id
