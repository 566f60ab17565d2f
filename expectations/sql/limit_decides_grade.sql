-- Grades that a veto, a cap or an exclusion decided: the limit must exist, be of that kind, and say that very grade.
select grade.rulebook_id, grade.subject_key, grade.facet
from candidate.grade
left join rulebook.grade_limit
    on
        grade.rulebook_id = grade_limit.rulebook_id
        and grade.rulebook_version = grade_limit.version
        and grade.limit_id = grade_limit.limit_id
where
    (
        grade.grade_status <> 'by_score'
        and (
            grade_limit.effect is distinct from grade.grade_status
            or grade_limit.grade is distinct from grade.grade
        )
    )
    -- a grade by score has one; only 'no_grade' has none
    or (grade.grade_status <> 'no_grade' and grade.grade is null)
