-- Grades although too little is known, and 'insufficient_data' although enough is: of the weight of all scored leaves
-- that apply, so many percent must be neither missing nor stale; a redistributing group must not be left out whole.
with concerned as (
    select rulebook_id from candidate.rulebook where minimum_known_percent is not null
    union
    select rulebook_id from candidate.indicator where redistributing_group_id is not null
),

line as (
    select
        grade.rulebook_id,
        grade.subject_key,
        grade.facet,
        grade.grade_status,
        rulebook.minimum_known_percent,
        indicator.factor,
        indicator.redistributing_group_id,
        coalesce(contribution.status, indicator.default_status) as status,
        contribution.status is not null and contribution.value is null as is_left_out
    from candidate.grade
    inner join concerned on grade.rulebook_id = concerned.rulebook_id
    inner join candidate.rulebook on grade.rulebook_id = rulebook.rulebook_id
    inner join candidate.indicator on grade.rulebook_id = indicator.rulebook_id
    left join candidate.contribution
        on
            grade.rulebook_id = contribution.rulebook_id
            and grade.subject_key = contribution.subject_key
            and grade.facet = contribution.facet
            and indicator.indicator_id = contribution.indicator_id
    where indicator.is_scored
),

emptied as (
    select rulebook_id, subject_key, facet
    from line
    where redistributing_group_id is not null
    group by rulebook_id, subject_key, facet, redistributing_group_id
    having bool_and(is_left_out)
),

known as (
    select
        rulebook_id,
        subject_key,
        facet,
        min(grade_status) as grade_status,
        -- where nothing applies, nothing is known
        max(minimum_known_percent) is not null
        and (
            coalesce(sum(factor) filter (where status <> 'not_applicable'), 0) = 0
            or coalesce(sum(factor) filter (where status not in ('missing', 'stale', 'not_applicable')), 0) * 100
            < max(minimum_known_percent) * sum(factor) filter (where status <> 'not_applicable')
        ) as is_too_little
    from line
    group by rulebook_id, subject_key, facet
)

select known.rulebook_id, known.subject_key, known.facet
from known
left join (select distinct rulebook_id, subject_key, facet from emptied) as emptied
    using (rulebook_id, subject_key, facet)
where
    known.grade_status <> 'no_grade'
    and (known.grade_status = 'insufficient_data') <> (known.is_too_little or emptied.rulebook_id is not null)
union all
select grade.rulebook_id, grade.subject_key, grade.facet
from candidate.grade
inner join candidate.rulebook on grade.rulebook_id = rulebook.rulebook_id
left join known
    on
        grade.rulebook_id = known.rulebook_id
        and grade.subject_key = known.subject_key
        and grade.facet = known.facet
where grade.grade_status = 'insufficient_data' and known.rulebook_id is null and rulebook.kind = 'scored'
