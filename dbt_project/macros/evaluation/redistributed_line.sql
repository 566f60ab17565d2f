{#-
    CTE `redistributed_line`: one line for each leaf of a redistributing group and each subject graded by its rulebook.
    The group's value is the mean of the children that are not left out, by their weights: one division, rounded once.
    What the rounding of the single lines leaves over stands on the last of them, so that they add up to that mean.
-#}
{% macro redistributed_line() %}
group_leaf as (
    select
        graded.rulebook_id, graded.rulebook_version, graded.subject_key, graded.facet,
        leaf.indicator_id, leaf.position, leaf.group_id, leaf.child_id, leaf.child_weight, leaf.group_factor,
        leaf.is_scored, leaf.child_weight * leaf.factor_below as own_weight,
        coalesce(valued.status, indicator_default.default_status) as status,
        case
            when valued.status is not null then valued.raw_value
            when indicator_default.default_status = 'clean' then 0
        end as raw_value,
        case when valued.status is null then indicator_default.default_value else valued.value end as value
    from graded
    inner join indicator_leaf as leaf on graded.rulebook_id = leaf.rulebook_id and leaf.group_id is not null
    inner join indicator_default
        on leaf.rulebook_id = indicator_default.rulebook_id and leaf.indicator_id = indicator_default.indicator_id
    left join valued
        on
            graded.subject_key = valued.subject_key
            and graded.rulebook_id = valued.rulebook_id
            and graded.facet = valued.facet
            and leaf.indicator_id = valued.indicator_id
),

weighable_leaf as (
    select
        group_leaf.*,
        -- a leaf for conditions only has no weight
        case when is_scored then value end as weighable_value
    from group_leaf
),

ranked_leaf as (
    select
        weighable_leaf.*,
        weighable_value is not null and row_number() over (
            partition by subject_key, rulebook_id, facet, child_id order by weighable_value is null, position
        ) = 1 as is_first_of_child,
        row_number() over (
            partition by subject_key, rulebook_id, facet, group_id order by weighable_value is null, position desc
        ) = 1 as is_last_of_group
    from weighable_leaf
),

weighed_leaf as (
    select
        ranked_leaf.*,
        sum(case when is_first_of_child then child_weight end) over subject_group as known_weight,
        sum(weighable_value * own_weight) over subject_group as weighted_sum
    from ranked_leaf
    window subject_group as (partition by subject_key, rulebook_id, facet, group_id)
),

shared_leaf as (
    select
        weighed_leaf.*,
        coalesce({{ quotient('weighable_value * own_weight', 'known_weight') }}, 0) as share,
        {{ quotient('weighted_sum', 'known_weight') }} as group_value
    from weighed_leaf
),

redistributed_line as (
    select
        rulebook_id, rulebook_version, subject_key, facet, indicator_id, status, raw_value, value,
        case when weighable_value is null then 0
            else coalesce({{ quotient('own_weight', 'known_weight') }}, 0) * group_factor
        end as factor,
        group_factor * case
            when is_last_of_group and known_weight is not null
                then share + group_value - sum(share) over (partition by subject_key, rulebook_id, facet, group_id)
            else share
        end as contribution,
        known_weight is null as is_group_unknown
    from shared_leaf
)
{%- endmacro %}
