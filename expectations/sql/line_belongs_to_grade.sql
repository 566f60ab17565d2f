-- Lines of a subject that has no grade, or of an indicator that the rulebook version in force does not have.
select contribution.rulebook_id, contribution.subject_key, contribution.facet, contribution.indicator_id
from candidate.contribution
left join candidate.grade
    on
        contribution.rulebook_id = grade.rulebook_id
        and contribution.subject_key = grade.subject_key
        and contribution.facet = grade.facet
left join candidate.indicator
    on
        contribution.rulebook_id = indicator.rulebook_id
        and contribution.indicator_id = indicator.indicator_id
where grade.subject_key is null or indicator.indicator_id is null
