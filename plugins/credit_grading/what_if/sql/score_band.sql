-- The scores of both sides in bands of equal width over the range of both. Bands are half-open; the last one holds its
-- end too.
with extent as (
    select
        rulebook_id,
        floor(min(score)) as lowest,
        -- 本项目假设: about 25 bands make a picture that can be read; a width is at least 1 point
        greatest(1, ceil((max(score) - floor(min(score))) / 25)) as width
    from side_grade
    where score is not null
    group by rulebook_id
),

placed as (
    select
        side_grade.side, side_grade.rulebook_id,
        floor((side_grade.score - extent.lowest) / extent.width)::integer as place
    from side_grade
    inner join extent on side_grade.rulebook_id = extent.rulebook_id
    where side_grade.score is not null
)

insert into what_if.score_band
select
    %(trial_id)s,
    placed.rulebook_id,
    placed.side,
    placed.place,
    extent.lowest + placed.place * extent.width as lower,
    extent.lowest + (placed.place + 1) * extent.width as upper,
    count(*) as subjects
from placed
inner join extent on placed.rulebook_id = extent.rulebook_id
group by placed.rulebook_id, placed.side, placed.place, extent.lowest, extent.width;
