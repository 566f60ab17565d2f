-- Scores near the cut-offs of each side. A score exactly at a cut-off counts above it where it belongs to the grade.
with scored as (
    select * from side_grade where score is not null and grade is not null
),

distance as (
    -- 本项目假设: the distances are our own choice
    select unnest(array[1, 2, 5]::numeric[]) as within_points
)

insert into what_if.crowding
select
    %(trial_id)s,
    side_band.rulebook_id,
    side_band.side,
    side_band.grade,
    side_band.rank,
    side_band.lower as cut_off,
    distance.within_points,
    count(*) filter (
        where scored.score < side_band.lower or (scored.score = side_band.lower and not side_band.lower_included)
    ) as subjects_below,
    count(*) filter (
        where scored.score > side_band.lower or (scored.score = side_band.lower and side_band.lower_included)
    ) as subjects_above
from side_band
cross join distance
left join scored
    on
        side_band.side = scored.side
        and side_band.rulebook_id = scored.rulebook_id
        and scored.score >= side_band.lower - distance.within_points
        and scored.score <= side_band.lower + distance.within_points
where side_band.lower is not null
group by
    side_band.rulebook_id, side_band.side, side_band.grade, side_band.rank, side_band.lower, distance.within_points;
