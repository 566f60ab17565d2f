-- What the score and the grade of the movers are made of on one side: start, lines, limits.
with graded as (
    select side_grade.rulebook_id, side_grade.subject_key, side_grade.facet
    from what_if.mover
    inner join side_grade
        on
            side_grade.side = %(side)s
            and mover.rulebook_id = side_grade.rulebook_id
            and mover.subject_key = side_grade.subject_key
            and mover.facet = side_grade.facet
    where mover.trial_id = %(trial_id)s
),

known_line as (
    select rulebook_id, subject_key, facet, indicator_id, contribution
    from contribution
    where subject_key = any(%(subjects)s) and rulebook_id = any(%(rulebooks)s)
),

known_limit as (
    select rulebook_id, rulebook_version, subject_key, facet, limit_id
    from limit_hit
    where subject_key = any(%(subjects)s) and rulebook_id = any(%(rulebooks)s)
)

insert into side_line
select
    %(side)s, graded.rulebook_id, graded.subject_key, graded.facet, 'start', '', '起始分', 'Start',
    rulebook_in_force.start_score, null
from graded
inner join rulebook_in_force on graded.rulebook_id = rulebook_in_force.rulebook_id
where rulebook_in_force.start_score is not null
union all
select
    %(side)s, graded.rulebook_id, graded.subject_key, graded.facet, 'line', indicator_default.indicator_id,
    indicator_default.title_zh, indicator_default.title_en,
    coalesce(known_line.contribution, indicator_default.default_contribution, 0),
    null
from graded
inner join indicator_default on graded.rulebook_id = indicator_default.rulebook_id and indicator_default.is_scored
left join known_line
    on
        graded.rulebook_id = known_line.rulebook_id
        and graded.subject_key = known_line.subject_key
        and graded.facet = known_line.facet
        and indicator_default.indicator_id = known_line.indicator_id
union all
select
    %(side)s, graded.rulebook_id, graded.subject_key, graded.facet, 'limit', known_limit.limit_id,
    grade_limit.title_zh, grade_limit.title_en, null,
    concat_ws(' ', grade_limit.effect, grade_limit.grade)
from graded
inner join known_limit
    on
        graded.rulebook_id = known_limit.rulebook_id
        and graded.subject_key = known_limit.subject_key
        and graded.facet = known_limit.facet
inner join grade_limit
    on
        known_limit.rulebook_id = grade_limit.rulebook_id
        and known_limit.rulebook_version = grade_limit.version
        and known_limit.limit_id = grade_limit.limit_id;
