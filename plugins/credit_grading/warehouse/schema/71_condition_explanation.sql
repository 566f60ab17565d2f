-- Every condition of a rulebook's grades beside the raw value of each subject. Nothing known fulfils no condition.
create or replace view sharing.condition_explained with (security_invoker = true) as
select
    grade.rulebook_id,
    grade.subject_key,
    grade.facet,
    grade_band.rank,
    grade_condition.grade,
    grade_condition.position,
    grade_condition.indicator_id,
    indicator.title_zh,
    indicator.unit_zh,
    grade_condition.at_least,
    grade_condition.at_most,
    known.raw_value,
    coalesce(
        known.raw_value >= coalesce(grade_condition.at_least, known.raw_value)
        and known.raw_value <= coalesce(grade_condition.at_most, known.raw_value),
        false
    ) as is_fulfilled
from sharing.grade
inner join sharing.grade_condition on grade.rulebook_id = grade_condition.rulebook_id
inner join sharing.grade_band
    on grade_condition.rulebook_id = grade_band.rulebook_id and grade_condition.grade = grade_band.grade
inner join sharing.indicator
    on
        grade_condition.rulebook_id = indicator.rulebook_id
        and grade_condition.indicator_id = indicator.indicator_id
left join sharing.contribution
    on
        grade.rulebook_id = contribution.rulebook_id
        and grade.subject_key = contribution.subject_key
        and grade.facet = contribution.facet
        and grade_condition.indicator_id = contribution.indicator_id
cross join lateral (
    -- no records of a count or a sum: 0 is known
    select case
        when coalesce(contribution.status, indicator.default_status) = 'clean' then coalesce(contribution.raw_value, 0)
        else contribution.raw_value
    end as raw_value
) as known;
