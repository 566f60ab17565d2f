-- Why each mover moves: what differs between the sides, with the three lines that differ most.
with listed as (
    select * from what_if.mover where trial_id = %(trial_id)s
),

differing as (
    select
        rulebook_id, subject_key, facet, kind, reason_id,
        coalesce(later.title_zh, former.title_zh) as title_zh,
        coalesce(later.title_en, former.title_en) as title_en,
        former.side is not null as is_before, later.side is not null as is_after,
        former.points as points_before, later.points as points_after,
        coalesce(later.points, 0) - coalesce(former.points, 0) as change
    from (select * from side_line where side = 'before') as former
    full join (select * from side_line where side = 'after') as later
        using (rulebook_id, subject_key, facet, kind, reason_id)
    where former.points is distinct from later.points or (former.side is null) <> (later.side is null)
),

ranked as (
    select
        differing.*,
        row_number() over (
            partition by rulebook_id, subject_key, facet, differing.kind
            order by abs(differing.change) desc, differing.reason_id asc
        ) as place
    from differing
    inner join listed using (rulebook_id, subject_key, facet)
    where listed.direction not in ('enters', 'leaves')
),

-- cut-offs: the score of before would get another grade from the bands of after
recut as (
    select listed.rulebook_id, listed.subject_key, listed.facet, side_band.grade
    from listed
    inner join side_band
        on
            side_band.side = 'after'
            and listed.rulebook_id = side_band.rulebook_id
            and (
                side_band.lower is null or listed.score_before > side_band.lower
                or (listed.score_before = side_band.lower and side_band.lower_included)
            )
            and (
                side_band.upper is null or listed.score_before < side_band.upper
                or (listed.score_before = side_band.upper and side_band.upper_included)
            )
    where listed.status_before = 'by_score' and side_band.grade is distinct from listed.grade_before
),

reason as (
    select
        rulebook_id, subject_key, facet, 1 as kind_place, 1 as place,
        jsonb_build_object('kind', 'population') as said
    from listed
    where direction in ('enters', 'leaves')
    union all
    select
        rulebook_id, subject_key, facet, 2, 1,
        jsonb_build_object('kind', 'status', 'before', status_before, 'after', status_after)
    from listed
    where direction not in ('enters', 'leaves') and status_before <> status_after
    union all
    select rulebook_id, subject_key, facet, 3, 1, jsonb_build_object('kind', 'cut_off', 'grade', grade) from recut
    union all
    select
        rulebook_id, subject_key, facet, case kind when 'limit' then 4 when 'start' then 5 else 6 end, place,
        jsonb_strip_nulls(jsonb_build_object(
            'kind', kind, 'id', reason_id, 'title_zh', title_zh, 'title_en', title_en,
            'before', case when kind = 'limit' then to_jsonb(is_before) else to_jsonb(points_before) end,
            'after', case when kind = 'limit' then to_jsonb(is_after) else to_jsonb(points_after) end,
            'change', case when kind <> 'limit' then change end
        ))
    from ranked
    where kind = 'limit' or (place <= 3 and change <> 0)
),

told as (
    select rulebook_id, subject_key, facet, jsonb_agg(said order by kind_place, place) as reasons
    from reason
    group by rulebook_id, subject_key, facet
)

update what_if.mover
set reasons = told.reasons
from told
where
    mover.trial_id = %(trial_id)s
    and mover.rulebook_id = told.rulebook_id
    and mover.subject_key = told.subject_key
    and mover.facet = told.facet;
