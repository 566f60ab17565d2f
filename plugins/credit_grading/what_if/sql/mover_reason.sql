-- Why each mover moves. Start, the three lines that differ most, the rest of them, and the rulebook's bounds sum to
-- the change of the score.
with listed as (
    select * from what_if.mover where trial_id = %(trial_id)s
),

stayed as (
    select * from listed where direction not in ('enters', 'leaves')
),

-- cut-offs: the score of before would get another grade from the bands of after
recut as (
    select stayed.rulebook_id, stayed.subject_key, stayed.facet, side_band.grade
    from stayed
    inner join side_band
        on
            side_band.side = 'after'
            and stayed.rulebook_id = side_band.rulebook_id
            and (
                side_band.lower is null or stayed.score_before > side_band.lower
                or (stayed.score_before = side_band.lower and side_band.lower_included)
            )
            and (
                side_band.upper is null or stayed.score_before < side_band.upper
                or (stayed.score_before = side_band.upper and side_band.upper_included)
            )
    where stayed.status_before = 'by_score' and side_band.grade is distinct from stayed.grade_before
),

summed as (
    select
        rulebook_id, subject_key, facet,
        sum(change) as change,
        sum(change) filter (where kind = 'line' and place > 3) as rest,
        count(*) filter (where kind = 'line' and place > 3) as rest_lines
    from mover_difference
    where kind <> 'limit'
    group by rulebook_id, subject_key, facet
),

-- of a crosswalk the level decides, not a sum
scored as (
    select rulebook_id from side_line
    where kind = 'start'
    group by rulebook_id
    having count(distinct side) = 2
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
    from stayed
    where status_before <> status_after
    union all
    select rulebook_id, subject_key, facet, 3, 1, jsonb_build_object('kind', 'cut_off', 'grade', grade) from recut
    union all
    select
        rulebook_id, subject_key, facet, case kind when 'limit' then 4 when 'start' then 5 else 6 end, place,
        jsonb_strip_nulls(jsonb_build_object(
            'kind', kind, 'id', reason_id, 'title_zh', title_zh, 'title_en', title_en,
            'before', case when kind = 'limit' then to_jsonb(is_before) else to_jsonb(points_before) end,
            'after', case when kind = 'limit' then to_jsonb(is_after) else to_jsonb(points_after) end,
            'effect_before', effect_before, 'effect_after', effect_after,
            'change', case when kind <> 'limit' then change end
        ))
    from mover_difference
    where kind <> 'line' or place <= 3
    union all
    select
        rulebook_id, subject_key, facet, 7, 1,
        jsonb_build_object('kind', 'rest', 'lines', rest_lines, 'change', rest)
    from summed
    where rest_lines > 0
    union all
    select
        rulebook_id, subject_key, facet, 8, 1,
        jsonb_build_object(
            'kind', 'bounds', 'change', stayed.score_after - stayed.score_before - coalesce(summed.change, 0)
        )
    from stayed
    inner join scored using (rulebook_id)
    left join summed using (rulebook_id, subject_key, facet)
    where stayed.score_after - stayed.score_before <> coalesce(summed.change, 0)
    union all
    -- the same grade of the rulebook is another one of the city; the same level is converted into another grade
    select
        rulebook_id, subject_key, facet, 9, 1,
        jsonb_build_object('kind', case when grade_before = grade_after then 'city_grade' else 'level' end)
    from stayed
    where
        grade_before = grade_after
        or (status_before = 'crosswalk' and status_after = 'crosswalk')
),

told as (
    select rulebook_id, subject_key, facet, jsonb_agg(said order by kind_place, place) as reasons
    from reason
    group by rulebook_id, subject_key, facet
)

update what_if.mover
set reasons = coalesce(told.reasons, '[{"kind": "condition"}]')
from listed
left join told using (rulebook_id, subject_key, facet)
where
    mover.trial_id = %(trial_id)s
    and mover.rulebook_id = listed.rulebook_id
    and mover.subject_key = listed.subject_key
    and mover.facet = listed.facet;
