-- Small changes of the weights of one side's rulebooks, drawn anew for each draw; draw 0 changes nothing.
-- A weight w becomes w × (1 + u), u between −x and +x percent, from a hash of seed, draw and indicator; then siblings
-- sum to what they summed to. A leaf without weight counts (1 + u) times. An upstream score is held, and what is only
-- shown takes no part.
with recursive draw as (
    select generate_series(0, %(draws)s) as draw
),

node as (
    select
        draw.draw, indicator.rulebook_id, indicator.indicator_id, indicator.parent_id, indicator.weight,
        case
            when draw.draw = 0 or (indicator.weight is null and not indicator.is_leaf) then 1
            else 1 + %(noise_percent)s * 0.01 * round(
                (
                    (
                        hashtextextended(
                            concat_ws('/', indicator.rulebook_id, indicator.indicator_id, draw.draw), %(seed)s
                        ) & 1048575
                    ) * 2 - 1048575
                ) / 1048575.0, 8
            )
        end as noise
    from indicator
    inner join rulebook_in_force
        on
            indicator.rulebook_id = rulebook_in_force.rulebook_id
            and indicator.version = rulebook_in_force.rulebook_version
    cross join draw
    where indicator.rulebook_id = any(%(rulebooks)s)
),

scaled as (
    select
        node.draw, node.rulebook_id, node.indicator_id, node.parent_id,
        case
            when node.weight is null then node.noise
            else round(
                node.noise * sum(node.weight) over sibling / sum(node.weight * node.noise) over sibling, 12
            )
        end as multiplier
    from node
    window sibling as (partition by node.draw, node.rulebook_id, node.parent_id)
),

walk as (
    select draw, rulebook_id, indicator_id, multiplier from scaled where parent_id is null
    union all
    select scaled.draw, scaled.rulebook_id, scaled.indicator_id, round(walk.multiplier * scaled.multiplier, 12)
    from walk
    inner join scaled
        on
            walk.draw = scaled.draw
            and walk.rulebook_id = scaled.rulebook_id
            and walk.indicator_id = scaled.parent_id
)

insert into side_noise
select
    walk.draw, walk.rulebook_id, walk.indicator_id, walk.multiplier,
    indicator_leaf.group_id, indicator_leaf.child_id, indicator_leaf.child_weight, child.multiplier as child_multiplier
from walk
inner join indicator_leaf
    on walk.rulebook_id = indicator_leaf.rulebook_id and walk.indicator_id = indicator_leaf.indicator_id
left join scaled as child
    on
        walk.draw = child.draw
        and walk.rulebook_id = child.rulebook_id
        and indicator_leaf.child_id = child.indicator_id
where indicator_leaf.is_scored;
