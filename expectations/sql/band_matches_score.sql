-- Grades by score whose band, found again from the rulebook's own bounds, is another one.
select grade.rulebook_id, grade.subject_key, grade.facet
from candidate.grade
left join rulebook.grade_band
    on
        grade.rulebook_id = grade_band.rulebook_id
        and grade.rulebook_version = grade_band.version
        and grade.grade = grade_band.grade
where
    grade.grade_status = 'by_score'
    and (
        grade_band.grade is null
        or grade.score < grade_band.lower
        or (grade.score = grade_band.lower and not grade_band.lower_included)
        or grade.score > grade_band.upper
        or (grade.score = grade_band.upper and not grade_band.upper_included)
    )
