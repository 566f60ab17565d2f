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
            when compared.grade_before is null or compared.grade_after is null then 0
            when (compared.city_grade_before is null) <> (compared.city_grade_after is null) then 0
            when compared.city_grade_before <> compared.city_grade_after
                then ascii(compared.city_grade_after) - ascii(compared.city_grade_before)
            else compared.rank_after - compared.rank_before
        end as levels
    from compared
)

select
    levelled.*,
    case
        when not levelled.present_before then 'enters'
        when not levelled.present_after then 'leaves'
        when not (
            (levelled.grade_before, levelled.city_grade_before)
            is distinct from (levelled.grade_after, levelled.city_grade_after)
        ) then 'same'
        when levelled.levels < 0 then 'up'
        when levelled.levels > 0 then 'down'
        else 'other'
    end as direction
from levelled;

analyze side_move;
