-- Grades made elsewhere: the level must be one that the rulebook names, and say that very grade and score. A level that
-- no grade names gives none. A crosswalk never grades by score, and a scored rulebook never by a level.
select grade.rulebook_id, grade.subject_key, grade.facet
from candidate.grade
inner join candidate.rulebook on grade.rulebook_id = rulebook.rulebook_id
left join candidate.crosswalk_level
    on
        grade.rulebook_id = crosswalk_level.rulebook_id
        and grade.subject_key = crosswalk_level.subject_key
        and grade.facet = crosswalk_level.facet
left join rulebook.grade_band as named
    on
        grade.rulebook_id = named.rulebook_id
        and grade.rulebook_version = named.version
        and crosswalk_level.level = named.level
left join rulebook.grade_band as given
    on
        grade.rulebook_id = given.rulebook_id
        and grade.rulebook_version = given.version
        and grade.grade = given.grade
where
    (rulebook.kind = 'scored' and grade.grade_status = 'crosswalk')
    or (rulebook.kind = 'crosswalk' and grade.grade_status in ('by_score', 'condition'))
    or (
        rulebook.kind = 'crosswalk'
        and (
            grade.score is distinct from named.level_score
            or (grade.grade_status = 'crosswalk' and grade.grade is distinct from named.grade)
            or (grade.grade_status = 'no_grade' and grade.limit_id is null and named.grade is not null)
            -- a limit lowers a grade and never lifts one
            or (grade.grade_status = 'insufficient_data') <> (
                crosswalk_level.level is null and grade.grade_status <> 'no_grade'
            )
            or (grade.grade_status in ('veto', 'cap') and coalesce(given.rank < named.rank, true))
        )
    )
