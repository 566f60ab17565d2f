-- Grades that a veto, a cap or an exclusion decided: the limit must exist, be of that kind, have been hit, and say that
-- very grade. Only these name a limit; without a grade are only exclusions and subjects of whom too little is known.
select grade.rulebook_id, grade.subject_key, grade.facet
from candidate.grade
left join candidate.rulebook on grade.rulebook_id = rulebook.rulebook_id
left join rulebook.grade_limit
    on
        grade.rulebook_id = grade_limit.rulebook_id
        and grade.rulebook_version = grade_limit.version
        and grade.limit_id = grade_limit.limit_id
left join candidate.limit_hit
    on
        grade.rulebook_id = limit_hit.rulebook_id
        and grade.subject_key = limit_hit.subject_key
        and grade.facet = limit_hit.facet
        and grade.limit_id = limit_hit.limit_id
where
    (
        grade.grade_status in ('veto', 'cap', 'no_grade')
        and (
            grade_limit.effect is distinct from grade.grade_status
            or grade_limit.grade is distinct from grade.grade
            or limit_hit.limit_id is null
        )
        -- a level made elsewhere that maps to nothing needs no limit
        and not (grade.grade_status = 'no_grade' and grade.limit_id is null and rulebook.kind = 'crosswalk')
    )
    or (grade.grade_status not in ('veto', 'cap', 'no_grade') and grade.limit_id is not null)
    or (grade.grade_status in ('no_grade', 'insufficient_data')) <> (grade.grade is null)
