-- Redistributing groups in which a subject lacks a line, or whose weights after redistribution are not those of the
-- whole group. Where everything is left out, no weight remains. Weights are rounded to 20 places, hence not compared
-- exactly.
with due as (
    select
        grade.rulebook_id,
        grade.subject_key,
        grade.facet,
        indicator.redistributing_group_id,
        indicator.indicator_id,
        indicator.factor
    from candidate.grade
    inner join candidate.indicator
        on grade.rulebook_id = indicator.rulebook_id and indicator.redistributing_group_id is not null
)

select due.rulebook_id, due.subject_key, due.facet
from due
left join candidate.contribution as line
    on
        due.rulebook_id = line.rulebook_id
        and due.subject_key = line.subject_key
        and due.facet = line.facet
        and due.indicator_id = line.indicator_id
group by due.rulebook_id, due.subject_key, due.facet, due.redistributing_group_id
having
    bool_or(line.indicator_id is null)
    or abs(
        coalesce(sum(line.factor) filter (where line.value is not null), 0)
        - case when bool_and(line.value is null) then 0 else sum(due.factor) end
    ) >= 1e-15
