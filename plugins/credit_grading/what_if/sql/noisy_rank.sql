-- The grade that each noisy score gives: the band it falls into, or the next worse grade whose conditions are
-- fulfilled, but never better than the limit allows.
with clamped as (
    select
        noisy_score.draw, noisy_score.rulebook_id, noisy_score.subject_key, noisy_score.facet,
        least(
            greatest(noisy_score.score, rulebook_in_force.lowest_score), rulebook_in_force.highest_score
        ) as score
    from noisy_score
    inner join rulebook_in_force on noisy_score.rulebook_id = rulebook_in_force.rulebook_id
),

reached as (
    select clamped.draw, clamped.rulebook_id, clamped.subject_key, clamped.facet, side_band.rank
    from clamped
    inner join side_band
        on
            side_band.side = %(side)s
            and clamped.rulebook_id = side_band.rulebook_id
            and (
                side_band.lower is null or clamped.score > side_band.lower
                or (clamped.score = side_band.lower and side_band.lower_included)
            )
            and (
                side_band.upper is null or clamped.score < side_band.upper
                or (clamped.score = side_band.upper and side_band.upper_included)
            )
)

insert into noisy_rank
select
    reached.draw, reached.rulebook_id, reached.subject_key, reached.facet, side_sample.rank,
    greatest(
        case
            when reached.rank = any(side_sample.unfulfilled_ranks) then (
                select min(side_band.rank) from side_band
                where
                    side_band.side = %(side)s
                    and side_band.rulebook_id = reached.rulebook_id
                    and side_band.rank > reached.rank
                    and side_band.rank <> all(side_sample.unfulfilled_ranks)
            )
            else reached.rank
        end,
        side_sample.limit_rank
    ) as noisy_rank
from reached
inner join side_sample
    on
        reached.rulebook_id = side_sample.rulebook_id
        and reached.subject_key = side_sample.subject_key
        and reached.facet = side_sample.facet;
