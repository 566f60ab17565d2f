-- Grades by score or by condition that do not fulfil their own conditions, and grades by condition although a better
-- grade down to which the score reaches is fulfilled.
with asked as (
    select
        grade_condition.rulebook_id,
        grade_condition.version,
        grade_band.rank,
        grade_condition.indicator_id,
        grade_condition.at_least,
        grade_condition.at_most
    from rulebook.grade_condition
    inner join rulebook.grade_band
        on
            grade_condition.rulebook_id = grade_band.rulebook_id
            and grade_condition.version = grade_band.version
            and grade_condition.grade = grade_band.grade
),

decided as (
    select
        grade.*,
        given.rank as given_rank,
        by_score.rank as score_rank
    from candidate.grade
    inner join rulebook.grade_band as given
        on
            grade.rulebook_id = given.rulebook_id
            and grade.rulebook_version = given.version
            and grade.grade = given.grade
    inner join rulebook.grade_band as by_score
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
        grade.grade_status in ('by_score', 'condition')
        and exists (
            select from asked
            where grade.rulebook_id = asked.rulebook_id and grade.rulebook_version = asked.version
        )
),

unfulfilled as (
    select distinct
        decided.rulebook_id,
        decided.subject_key,
        decided.facet,
        asked.rank
    from decided
    inner join asked
        on
            decided.rulebook_id = asked.rulebook_id
            and decided.rulebook_version = asked.version
            and asked.rank between decided.score_rank and decided.given_rank
    inner join candidate.indicator
        on asked.rulebook_id = indicator.rulebook_id and asked.indicator_id = indicator.indicator_id
    left join candidate.contribution as line
        on
            decided.rulebook_id = line.rulebook_id
            and decided.subject_key = line.subject_key
            and decided.facet = line.facet
            and asked.indicator_id = line.indicator_id
    cross join lateral (
        -- no records of a count or a sum: 0 is known; otherwise nothing known fulfils no condition
        select case
            when coalesce(line.status, indicator.default_status) = 'clean' then coalesce(line.raw_value, 0)
            else line.raw_value
        end as raw_value
    ) as known
    where known.raw_value is null or known.raw_value < asked.at_least or known.raw_value > asked.at_most
)

select decided.rulebook_id, decided.subject_key, decided.facet
from decided
inner join rulebook.grade_band as passed
    on
        decided.rulebook_id = passed.rulebook_id
        and decided.rulebook_version = passed.version
        and passed.rank between decided.score_rank and decided.given_rank
left join unfulfilled
    on
        decided.rulebook_id = unfulfilled.rulebook_id
        and decided.subject_key = unfulfilled.subject_key
        and decided.facet = unfulfilled.facet
        and passed.rank = unfulfilled.rank
-- the grade that was given must be fulfilled, every better one that the score reaches must not be
group by decided.rulebook_id, decided.subject_key, decided.facet
having bool_or((passed.rank = decided.given_rank) = (unfulfilled.rank is not null))
