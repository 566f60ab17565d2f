-- Grades by score whose band, found again from the rulebook's own bounds, is another one; and grades by condition
-- whose score does not belong to a better band.
select grade.rulebook_id, grade.subject_key, grade.facet
from candidate.grade
inner join candidate.rulebook on grade.rulebook_id = rulebook.rulebook_id and rulebook.kind = 'scored'
left join rulebook.grade_band as given
    on
        grade.rulebook_id = given.rulebook_id
        and grade.rulebook_version = given.version
        and grade.grade = given.grade
left join rulebook.grade_band as by_score
    on
        grade.rulebook_id = by_score.rulebook_id
        and grade.rulebook_version = by_score.version
        and (
            by_score.lower is null or grade.score > by_score.lower
            or (grade.score = by_score.lower and by_score.lower_included)
        )
        and (
            by_score.upper is null or grade.score < by_score.upper
            or (grade.score = by_score.upper and by_score.upper_included)
        )
where
    (grade.grade_status = 'by_score' and given.rank is distinct from by_score.rank)
    or (grade.grade_status = 'condition' and coalesce(given.rank <= by_score.rank, true))
    -- a limit lowers a grade and never lifts one
    or (grade.grade_status in ('veto', 'cap') and coalesce(given.rank < by_score.rank, true))
