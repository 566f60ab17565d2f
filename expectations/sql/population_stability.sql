-- Population stability index of each rulebook: sum over A–E of (now - before) * ln(now / before), in shares.
-- Half a subject is added to each grade, so that an empty grade can be compared; that is our choice.
with scale as (select unnest(array['A', 'B', 'C', 'D', 'E']) as city_grade),

last_release as (
    select rulebook_id, city_grade, count(*) as grades
    from sharing.grade
    where city_grade is not null
    group by rulebook_id, city_grade
),

proposal as (
    select rulebook_id, city_grade, count(*) as grades
    from candidate.grade
    where city_grade is not null
    group by rulebook_id, city_grade
),

known as (select distinct rulebook_id from last_release),

share as (
    select
        rulebook_id,
        (coalesce(last_release.grades, 0) + 0.5)
        / sum(coalesce(last_release.grades, 0) + 0.5) over (partition by rulebook_id) as before,
        (coalesce(proposal.grades, 0) + 0.5)
        / sum(coalesce(proposal.grades, 0) + 0.5) over (partition by rulebook_id) as now
    from known
    cross join scale
    left join last_release using (rulebook_id, city_grade)
    left join proposal using (rulebook_id, city_grade)
)

select rulebook_id, sum((now - before) * ln(now / before)) as measured
from share
group by rulebook_id
