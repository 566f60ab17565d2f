{{ config(materialized='view') }}
-- The records behind each contribution, in the words of the department that reported them.
with active_record as (
    select * from {{ ref('active_record') }}
),

record as (
    select * from {{ ref('credit_record') }}
)

select
    active_record.rulebook_id,
    active_record.rulebook_version,
    active_record.subject_key,
    active_record.facet,
    active_record.indicator_id,
    active_record.record_id,
    record.record_key,
    record.catalogue_item_id,
    record.department_id,
    active_record.occurred_on,
    active_record.effective_until,
    active_record.points,
    record.summary,
    record.batch_id,
    record.row_number
from active_record
inner join record
    on active_record.subject_key = record.subject_key and active_record.record_id = record.record_id
