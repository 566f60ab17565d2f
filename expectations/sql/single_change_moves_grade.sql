-- Smallest single changes that move nothing: upwards must lead to a better grade than the one given, downwards to a
-- worse one, both to a band that the rulebook has and that does not lie above the resulting score.
select change.rulebook_id, change.subject_key, change.facet, change.direction, change.kind
from candidate.single_change as change
left join candidate.grade
    on
        change.rulebook_id = grade.rulebook_id
        and change.subject_key = grade.subject_key
        and change.facet = grade.facet
left join candidate.grade_band as given
    on grade.rulebook_id = given.rulebook_id and grade.grade = given.grade
left join candidate.grade_band as reached
    on change.rulebook_id = reached.rulebook_id and change.grade = reached.grade
where
    given.rank is null
    or reached.rank is null
    or change.city_grade is distinct from reached.city_grade
    or (change.direction = 'up') <> (reached.rank < given.rank)
    or change.score < reached.lower
    or (change.kind = 'record_ends') <> (change.record is not null)
    or (change.kind = 'record_added') <> (change.catalogue_item_id is not null)
    or (change.kind = 'upstream_score') <> (change.source_rise > 0 and change.indicator_id is not null)
