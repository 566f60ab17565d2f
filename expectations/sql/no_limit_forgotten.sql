-- Subjects whose records hit a limit, but whose grade is better than that limit allows.
select distinct hit.rulebook_id, hit.subject_key, hit.facet
from candidate.limit_hit as hit
left join candidate.grade
    on
        hit.rulebook_id = grade.rulebook_id
        and hit.subject_key = grade.subject_key
        and hit.facet = grade.facet
left join rulebook.grade_limit
    on
        grade.rulebook_id = grade_limit.rulebook_id
        and grade.rulebook_version = grade_limit.version
        and hit.limit_id = grade_limit.limit_id
left join rulebook.grade_band as allowed
    on
        grade_limit.rulebook_id = allowed.rulebook_id
        and grade_limit.version = allowed.version
        and grade_limit.grade = allowed.grade
left join rulebook.grade_band as given
    on
        grade.rulebook_id = given.rulebook_id
        and grade.rulebook_version = given.version
        and grade.grade = given.grade
where
    grade_limit.limit_id is null
    or (grade_limit.effect = 'no_grade' and grade.grade_status <> 'no_grade')
    or (grade.grade is not null and given.rank < allowed.rank)
