-- Both sides beside each other, for everybody whom either grades, and in which direction the grade goes.
create temporary table side_move on commit drop as
with compared as (
    select
        rulebook_id, subject_key, facet,
        former.rulebook_id is not null as present_before, later.rulebook_id is not null as present_after,
        former.grade as grade_before, former.city_grade as city_grade_before,
        former.grade_status as status_before, former.score as score_before, former.rank as rank_before,
        later.grade as grade_after, later.city_grade as city_grade_after,
        later.grade_status as status_after, later.score as score_after, later.rank as rank_after
    from (select * from side_grade where side = 'before') as former
    full join (select * from side_grade where side = 'after') as later using (rulebook_id, subject_key, facet)
),

levelled as (
    select
        compared.*,
        case
            when grade_before is null or grade_after is null then 0
            when city_grade_before <> city_grade_after then ascii(city_grade_after) - ascii(city_grade_before)
            else rank_after - rank_before
        end as levels
    from compared
)

select
    levelled.*,
    case
        when not present_before then 'enters'
        when not present_after then 'leaves'
        when
            grade_before is not distinct from grade_after and city_grade_before is not distinct from city_grade_after
            then 'same'
        when levels < 0 then 'up'
        when levels > 0 then 'down'
        else 'other'
    end as direction
from levelled;

analyze side_move;
