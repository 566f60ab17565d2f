{{ config(materialized='table', unlogged=true, schema='evaluation') }}
-- By how much the score of another rulebook would have to rise for the next better grade: columns like
-- candidate_single_change. Only where that is one plain number: the score decides the grade, the leaf turns the other
-- score into points by a straight line that it has not left, and neither a clamp, a condition, a limit nor the other
-- rulebook's highest score stands in between.
with grade_band as (
    select * from {{ source('rulebook', 'grade_band') }}
),

rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
),

-- the planner takes what is equal for rare, and would go through all scores once per grade: not where it cannot guess
graded as materialized (
    select ranked_grade.*
    from {{ ref('ranked_grade') }} as ranked_grade
    inner join {{ ref('score') }} as score
        on
            ranked_grade.subject_key = score.subject_key
            and ranked_grade.rulebook_id = score.rulebook_id
            and ranked_grade.facet = score.facet
    where
        ranked_grade.grade_status = 'by_score' and ranked_grade.gap_to_next_band > 0
        and coalesce(score.score = score.unclamped_score, false)
),

leaf as (
    select
        indicator_leaf.*,
        indicator_leaf.linear_slope * indicator_leaf.factor as share,
        own.highest_score as own_highest,
        read.highest_score as source_highest,
        read.per_facet as is_source_per_facet
    from {{ ref('indicator_leaf') }} as indicator_leaf
    inner join rulebook_in_force as own on indicator_leaf.rulebook_id = own.rulebook_id
    inner join rulebook_in_force as read
        on indicator_leaf.source_rulebook_id = read.rulebook_id and read.kind = 'scored'
    where
        indicator_leaf.source = 'rulebook_score'
        and indicator_leaf.scale = 'linear'
        and indicator_leaf.linear_slope * indicator_leaf.factor > 0
        and indicator_leaf.facet_aggregate is null
        and indicator_leaf.group_id is null
        and not indicator_leaf.has_exemption
        and not indicator_leaf.has_applicability
),

needed as (
    select
        graded.rulebook_id,
        graded.subject_key,
        graded.facet,
        graded.score,
        graded.gap_to_next_band,
        better.rank as better_rank,
        better.grade as better_grade,
        better.city_grade as better_city_grade,
        leaf.indicator_id,
        leaf.share,
        leaf.own_highest,
        leaf.source_highest,
        leaf.linear_slope,
        leaf.lowest_value,
        leaf.highest_value,
        source_score.score as raw_value,
        leaf.linear_intercept + leaf.linear_slope * source_score.score as value,
        {{ quotient('graded.gap_to_next_band', 'leaf.share') }} as rounded_rise
    from graded
    inner join leaf on graded.rulebook_id = leaf.rulebook_id
    inner join grade_band as better
        on
            graded.rulebook_id = better.rulebook_id
            and graded.rulebook_version = better.version
            and graded.rank = better.rank + 1
            and better.lower_included
    inner join {{ ref('score') }} as source_score
        on
            graded.subject_key = source_score.subject_key
            and leaf.source_rulebook_id = source_score.rulebook_id
            and source_score.facet = case when leaf.is_source_per_facet then graded.facet else '' end
),

-- rounded up at the last of 20 places, so that the rise suffices
risen as (
    select
        *,
        rounded_rise + case when rounded_rise * share < gap_to_next_band then 0.00000000000000000001 else 0 end as rise
    from needed
)

select distinct on (risen.rulebook_id, risen.subject_key, risen.facet)
    risen.rulebook_id,
    risen.subject_key,
    risen.facet,
    'up' as direction,
    'upstream_score' as kind,
    null::jsonb as record,
    null::text as catalogue_item_id,
    null::text as behaviour_code,
    null::text as severity,
    null::text as item_title_zh,
    risen.indicator_id,
    risen.rise as source_rise,
    risen.score + risen.rise * risen.share as score,
    risen.better_grade as grade,
    risen.better_city_grade as city_grade
from risen
left join {{ ref('unfulfilled_grade') }} as unfulfilled using (subject_key, rulebook_id, facet)
left join {{ ref('deciding_limit') }} as deciding_limit using (subject_key, rulebook_id, facet)
where
    coalesce(risen.raw_value + risen.rise <= risen.source_highest, true)
    and coalesce(risen.value >= risen.lowest_value, true)
    and coalesce(risen.value + risen.rise * risen.linear_slope <= risen.highest_value, true)
    and coalesce(risen.score + risen.rise * risen.share <= risen.own_highest, true)
    and coalesce(risen.better_rank <> all(unfulfilled.ranks), true)
    and coalesce(deciding_limit.grade_rank <= risen.better_rank, deciding_limit.effect is null)
order by risen.rulebook_id asc, risen.subject_key asc, risen.facet asc, risen.rise asc, risen.indicator_id asc
