-- Start + default of every indicator + what a subject's own lines differ from the defaults = score, for every grade.
-- From the candidates alone: what departments will read must add up by itself. A grade made elsewhere has no lines.
with default_line as (
    select rulebook_id, sum(default_contribution) as total
    from candidate.indicator
    group by rulebook_id
),

own_line as (
    select
        contribution.rulebook_id,
        contribution.subject_key,
        contribution.facet,
        sum(contribution.contribution - indicator.default_contribution) as difference
    from candidate.contribution
    inner join candidate.indicator
        on
            contribution.rulebook_id = indicator.rulebook_id
            and contribution.indicator_id = indicator.indicator_id
    group by contribution.rulebook_id, contribution.subject_key, contribution.facet
)

select grade.rulebook_id, grade.subject_key, grade.facet
from candidate.grade
left join candidate.rulebook on grade.rulebook_id = rulebook.rulebook_id
left join default_line on grade.rulebook_id = default_line.rulebook_id
left join own_line
    on
        grade.rulebook_id = own_line.rulebook_id
        and grade.subject_key = own_line.subject_key
        and grade.facet = own_line.facet
where
    rulebook.rulebook_id is null
    or (
        rulebook.kind = 'scored'
        -- least and greatest pass over a bound that the rulebook does not have
        and grade.score is distinct from least(
            greatest(
                rulebook.start_score + default_line.total + coalesce(own_line.difference, 0), rulebook.lowest_score
            ),
            rulebook.highest_score
        )
    )
