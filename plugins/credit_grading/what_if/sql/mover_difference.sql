-- What differs between the sides for those who are graded on both, the largest differences first.
create temporary table mover_difference on commit drop as
with listed as (
    select rulebook_id, subject_key, facet
    from what_if.mover
    where trial_id = %(trial_id)s and direction not in ('enters', 'leaves')
),

beside as (
    select
        rulebook_id, subject_key, facet, kind, reason_id,
        coalesce(later.title_zh, former.title_zh) as title_zh,
        coalesce(later.title_en, former.title_en) as title_en,
        former.side is not null as is_before, later.side is not null as is_after,
        former.points as points_before, later.points as points_after,
        former.effect as effect_before, later.effect as effect_after,
        coalesce(later.points, 0) - coalesce(former.points, 0) as change
    from (select * from side_line where side = 'before') as former
    full join (select * from side_line where side = 'after') as later
        using (rulebook_id, subject_key, facet, kind, reason_id)
)

select
    beside.*,
    row_number() over (
        partition by rulebook_id, subject_key, facet, beside.kind
        order by abs(beside.change) desc, beside.reason_id asc
    ) as place
from beside
inner join listed using (rulebook_id, subject_key, facet)
where
    beside.change <> 0
    or (
        beside.kind = 'limit'
        and (
            beside.is_before <> beside.is_after or beside.effect_before is distinct from beside.effect_after
        )
    );

analyze mover_difference;
