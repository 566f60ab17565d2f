-- Whose grade moves, the longest moves first.
insert into what_if.mover
select
    %(trial_id)s, rulebook_id, subject_key, facet, place, direction,
    grade_before, city_grade_before, status_before, score_before,
    grade_after, city_grade_after, status_after, score_after, '[]'
from (
    select
        side_move.*,
        row_number() over (
            partition by side_move.rulebook_id
            order by
                abs(side_move.levels) desc, abs(side_move.score_after - side_move.score_before) desc nulls last,
                side_move.subject_key asc, side_move.facet asc
        ) as place
    from side_move
    where side_move.direction <> 'same'
) as moved
where place <= %(mover_limit)s;

create temporary table side_line (
    side text collate "C" not null,
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    kind text collate "C" not null,
    reason_id text collate "C" not null,
    title_zh text,
    title_en text,
    points numeric,
    -- of a limit: what it does
    effect text collate "C"
) on commit drop;
