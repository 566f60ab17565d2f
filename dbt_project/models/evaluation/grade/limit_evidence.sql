{{ config(materialized='view') }}
-- The records behind each limit that holds: those that count for it today, and those that brought a lasting one about.
with {{ evidence("'limit'") }},

limit_hit as (
    select * from {{ ref('limit_hit') }}
),

lasting as (
    select
        lasting_limit.*,
        target_in_force.rulebook_id,
        target_in_force.target_id as limit_id
    from {{ ref('lasting_limit') }} as lasting_limit
    inner join target_in_force on lasting_limit.target_no = target_in_force.target_no
),

ended as (
    select
        lasting.rulebook_id, lasting.subject_key, lasting.facet, lasting.limit_id, record.record_id,
        record.record_key, record.department_id, record.catalogue_item_id, record.occurred_on,
        ordered_record.counts_until as effective_until, ordered_record.points, record.summary, record.batch_id,
        record.row_number
    from lasting
    inner join {{ ref('ordered_record') }} as ordered_record
        on
            lasting.subject_key = ordered_record.subject_key
            and lasting.target_no = ordered_record.target_no
            and lasting.facet = ordered_record.facet
            and lasting.record_id = ordered_record.record_id
            and not ordered_record.is_active
    inner join record on lasting.subject_key = record.subject_key and lasting.record_id = record.record_id
)

select
    evidence.rulebook_id,
    evidence.subject_key,
    evidence.facet,
    limit_hit.limit_id,
    evidence.record_id,
    evidence.record_key,
    evidence.department_id,
    evidence.catalogue_item_id,
    evidence.occurred_on,
    evidence.effective_until,
    evidence.points,
    evidence.summary,
    evidence.batch_id,
    evidence.row_number
from evidence
inner join limit_hit
    on
        evidence.rulebook_id = limit_hit.rulebook_id
        and evidence.subject_key = limit_hit.subject_key
        and evidence.facet = limit_hit.facet
        and evidence.target_id = limit_hit.limit_id
union all
select * from ended
