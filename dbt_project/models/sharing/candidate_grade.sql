-- One row per subject, facet and rulebook: the grade that would be published, with the subject's name beside it.
with grade as (select * from {{ ref('grade') }}),

subject as (select * from {{ ref('subject') }})

select
    grade.rulebook_id,
    grade.subject_key,
    grade.facet,
    -- a subject is graded even where no feed gave it a name
    coalesce(subject.subject_name, grade.subject_key) as subject_name,
    subject.division_code,
    grade.rulebook_version,
    grade.as_of,
    grade.score,
    grade.grade,
    grade.city_grade,
    grade.grade_status,
    grade.limit_id,
    grade.gap_to_next_band,
    grade.next_change_on
from grade
left join subject on grade.subject_key = subject.subject_key
