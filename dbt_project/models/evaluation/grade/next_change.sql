{{ config(unlogged=true) }}
-- The first day after as_of on which a known record begins or ceases to count, for the rulebook itself or for
-- one whose score it reads. A limit of another rulebook changes that rulebook's grade, never its score.
with subject_index as (
    select * from {{ ref('subject_index') }}
),

rulebook_dependency as (
    select * from {{ ref('rulebook_dependency') }}
),

counting_record as (
    select * from {{ ref('counting_record') }}
),

record_change as (
    select
        rulebook_id,
        subject_key,
        facet,
        purpose = 'limit' as is_limit,
        min(case when is_active then counts_until else counts_from end) as changes_on
    from counting_record
    where not is_active or counts_until is not null
    group by rulebook_id, subject_key, facet, purpose = 'limit'
)

select
    subject_index.rulebook_id,
    subject_index.subject_key,
    subject_index.facet,
    min(record_change.changes_on) as changes_on
from record_change
inner join rulebook_dependency on record_change.rulebook_id = rulebook_dependency.reads_rulebook_id
inner join subject_index
    on
        record_change.subject_key = subject_index.subject_key
        and rulebook_dependency.rulebook_id = subject_index.rulebook_id
        and record_change.facet in ('', subject_index.facet)
where not record_change.is_limit or rulebook_dependency.rulebook_id = rulebook_dependency.reads_rulebook_id
group by subject_index.rulebook_id, subject_index.subject_key, subject_index.facet
