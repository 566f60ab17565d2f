-- Records that limit a grade (veto 一票否决, cap 封顶, no_grade 不评定), with the rank of the grade they allow.
with subject_index as (
    select * from {{ ref('subject_index') }}
),

counting_record as (
    select * from {{ ref('counting_record') }}
),

grade_limit as (
    select * from {{ source('rulebook', 'grade_limit') }}
),

grade_band as (
    select * from {{ source('rulebook', 'grade_band') }}
)

select
    subject_index.rulebook_id,
    subject_index.rulebook_version,
    subject_index.subject_key,
    subject_index.facet,
    grade_limit.limit_id,
    grade_limit.effect,
    grade_band.rank as grade_rank,
    counting_record.record_id
from counting_record
inner join subject_index
    on
        counting_record.subject_key = subject_index.subject_key
        and counting_record.rulebook_id = subject_index.rulebook_id
        and counting_record.facet in ('', subject_index.facet)
inner join grade_limit
    on
        subject_index.rulebook_id = grade_limit.rulebook_id
        and subject_index.rulebook_version = grade_limit.version
        and counting_record.target_id = grade_limit.limit_id
left join grade_band
    on
        grade_limit.rulebook_id = grade_band.rulebook_id
        and grade_limit.version = grade_band.version
        and grade_limit.grade = grade_band.grade
where counting_record.purpose = 'limit' and counting_record.is_active
