-- Population stability index over A–E and over the tenths of the scores before. Half a subject is added to each cell,
-- so that an empty one can be compared: 本项目假设, as in the gate.
with tenth as (
    select
        rulebook_id,
        percentile_disc(array[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]::double precision[])
        within group (order by score) as bounds
    from side_grade
    where side = 'before' and score is not null
    group by rulebook_id
),

cell as (
    select distinct side_grade.rulebook_id, place.measured_over, place.cell
    from side_grade
    cross join (
        select 'city_grade' as measured_over, unnest(array['A', 'B', 'C', 'D', 'E']) as cell
        union all
        select 'score' as measured_over, generate_series(0, 9)::text as cell
    ) as place
),

placed as (
    select side, rulebook_id, 'city_grade' as measured_over, city_grade as cell
    from side_grade
    where city_grade is not null
    union all
    select
        side_grade.side, side_grade.rulebook_id, 'score' as measured_over,
        (select count(*)::text from unnest(tenth.bounds) as bound where bound < side_grade.score) as cell
    from side_grade
    inner join tenth on side_grade.rulebook_id = tenth.rulebook_id
    where side_grade.score is not null
),

counted as (
    select
        rulebook_id, measured_over, cell,
        count(*) filter (where placed.side = 'before') as former,
        count(*) filter (where placed.side = 'after') as later
    from cell
    left join placed using (rulebook_id, measured_over, cell)
    group by rulebook_id, measured_over, cell
),

share as (
    select
        rulebook_id, measured_over, former, later,
        (former + 0.5) / sum(former + 0.5) over (partition by rulebook_id, measured_over) as share_before,
        (later + 0.5) / sum(later + 0.5) over (partition by rulebook_id, measured_over) as share_after
    from counted
)

insert into what_if.stability
select
    %(trial_id)s,
    rulebook_id,
    measured_over,
    sum(former) as subjects_before,
    sum(later) as subjects_after,
    sum((share_after - share_before) * ln(share_after / share_before)) as index_value
from share
group by rulebook_id, measured_over
having sum(former) > 0 and sum(later) > 0;
