{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- Records that count on the as-of date, per subject, facet and leaf. In a rulebook per facet, a record without
-- a facet concerns the whole subject and counts in each of its facets.
with subject_index as (
    select * from {{ ref('subject_index') }}
),

counting_record as (
    select * from {{ ref('counting_record') }}
)

select
    subject_index.rulebook_id,
    subject_index.rulebook_version,
    subject_index.subject_key,
    subject_index.facet,
    counting_record.target_id as indicator_id,
    counting_record.record_id,
    counting_record.points,
    counting_record.occurred_on,
    counting_record.known_from,
    counting_record.counts_until as effective_until
from counting_record
inner join subject_index
    on
        counting_record.subject_key = subject_index.subject_key
        and counting_record.rulebook_id = subject_index.rulebook_id
        and counting_record.facet in ('', subject_index.facet)
where counting_record.purpose = 'indicator' and counting_record.is_active
