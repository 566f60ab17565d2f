-- The scores of a sample under each draw, before the rulebook's bounds: what every line contributes, times what the
-- noise makes of its weight. In a redistributing group the weights are shared out among what is present.
with present_child as (
    select distinct
        line.rulebook_id, line.subject_key, line.facet, side_noise.group_id, side_noise.child_id,
        side_noise.child_weight
    from sample_line as line
    inner join side_noise
        on
            side_noise.draw = 0
            and line.rulebook_id = side_noise.rulebook_id
            and line.indicator_id = side_noise.indicator_id
    where line.is_present and side_noise.group_id is not null
),

child_noise as (
    select distinct draw, rulebook_id, group_id, child_id, child_multiplier from side_noise where group_id is not null
),

shared as (
    select
        child_noise.draw, present_child.rulebook_id, present_child.subject_key, present_child.facet,
        present_child.group_id,
        round(
            sum(present_child.child_weight) / sum(present_child.child_weight * child_noise.child_multiplier), 12
        ) as correction
    from present_child
    inner join child_noise
        on
            present_child.rulebook_id = child_noise.rulebook_id
            and present_child.group_id = child_noise.group_id
            and present_child.child_id = child_noise.child_id
    group by 1, 2, 3, 4, 5
),

when_nothing_is_known as (
    select
        side_noise.draw, side_noise.rulebook_id,
        sum(coalesce(indicator_default.default_contribution, 0) * side_noise.multiplier) as points
    from side_noise
    inner join indicator_default
        on
            side_noise.rulebook_id = indicator_default.rulebook_id
            and side_noise.indicator_id = indicator_default.indicator_id
    group by side_noise.draw, side_noise.rulebook_id
),

difference as (
    select
        side_noise.draw, line.rulebook_id, line.subject_key, line.facet,
        sum(
            side_noise.multiplier * (
                line.contribution * coalesce(shared.correction, 1)
                - coalesce(indicator_default.default_contribution, 0)
            )
        ) as points
    from sample_line as line
    inner join side_noise
        on line.rulebook_id = side_noise.rulebook_id and line.indicator_id = side_noise.indicator_id
    inner join indicator_default
        on
            line.rulebook_id = indicator_default.rulebook_id
            and line.indicator_id = indicator_default.indicator_id
    left join shared
        on
            side_noise.draw = shared.draw
            and line.rulebook_id = shared.rulebook_id
            and line.subject_key = shared.subject_key
            and line.facet = shared.facet
            and side_noise.group_id = shared.group_id
    group by side_noise.draw, line.rulebook_id, line.subject_key, line.facet
)

insert into noisy_score
select
    known.draw, sampled.rulebook_id, sampled.subject_key, sampled.facet,
    case
        when known.draw = 0 then noisy.score
        -- whoever has the same value everywhere keeps it under any weights: what rounding the multipliers leaves of
        -- that must not carry a score across the cut-off on which it lies
        else round(noisy.score, 8)
    end as score
from side_sample as sampled
inner join when_nothing_is_known as known on sampled.rulebook_id = known.rulebook_id
inner join rulebook_in_force on sampled.rulebook_id = rulebook_in_force.rulebook_id
left join difference
    on
        known.draw = difference.draw
        and sampled.rulebook_id = difference.rulebook_id
        and sampled.subject_key = difference.subject_key
        and sampled.facet = difference.facet
cross join lateral (
    select rulebook_in_force.start_score + known.points + coalesce(difference.points, 0) as score
) as noisy;

analyze noisy_score;
