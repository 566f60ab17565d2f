-- How many grades of the sample flip, per rulebook and per grade held.
with flip as (
    select
        noisy_rank.*,
        (noisy_rank.noisy_rank < noisy_rank.rank)::integer as is_up,
        (noisy_rank.noisy_rank > noisy_rank.rank)::integer as is_down
    from noisy_rank
    where noisy_rank.draw > 0
),

of_subject as (
    select
        rulebook_id, subject_key, facet, rank,
        sum(is_up) as flips_up, sum(is_down) as flips_down,
        max(is_up + is_down) as has_flipped
    from flip
    group by rulebook_id, subject_key, facet, rank
),

total as (
    select
        rulebook_id, rank,
        count(*) as subjects, sum(flips_up) as flips_up, sum(flips_down) as flips_down,
        sum(has_flipped) as subjects_flipped
    from of_subject
    group by grouping sets ((rulebook_id), (rulebook_id, rank))
),

worst as (
    select rulebook_id, rank, max(flipped_percent) as worst_draw_percent
    from (
        select rulebook_id, rank, draw, 100.0 * sum(is_up + is_down) / count(*) as flipped_percent
        from flip
        group by grouping sets ((rulebook_id, draw), (rulebook_id, rank, draw))
    ) as of_draw
    group by rulebook_id, rank
)

insert into what_if.sensitivity
select
    %(trial_id)s,
    total.rulebook_id,
    %(side)s,
    side_band.grade,
    total.rank,
    total.subjects,
    total.flips_up,
    total.flips_down,
    total.subjects_flipped,
    100.0 * (total.flips_up + total.flips_down) / (total.subjects * %(draws)s) as flipped_percent,
    worst.worst_draw_percent
from total
inner join worst on total.rulebook_id = worst.rulebook_id and total.rank is not distinct from worst.rank
left join side_band
    on
        side_band.side = %(side)s
        and total.rulebook_id = side_band.rulebook_id
        and total.rank = side_band.rank;
