{{ config(materialized='stage_by_stage', schema='evaluation') }}
-- Scores after each change that is tried, of the rulebook itself and of those whose scores it reads, lowest stage
-- first.
with {{ tried_line(this, '__stage__') }},

crosswalk_target as (
    select * from {{ ref('target_in_force') }} where purpose = 'crosswalk'
),

crosswalk_level as (
    select
        crosswalk_target.rulebook_id,
        tried_total.subject_key,
        tried_total.facet,
        tried_total.latest as rank
    from {{ ref('tried_total') }} as tried_total
    inner join crosswalk_target on tried_total.target_no = crosswalk_target.target_no
    where tried_total.records > 0
),

grade_band as (
    select * from {{ source('rulebook', 'grade_band') }}
),

when_nothing_is_known as (
    select
        rulebook_in_force.rulebook_id,
        rulebook_in_force.lowest_score,
        rulebook_in_force.highest_score,
        rulebook_in_force.start_score + coalesce(sum(indicator_default.default_contribution), 0) as score
    from rulebook_in_force
    left join indicator_default on rulebook_in_force.rulebook_id = indicator_default.rulebook_id
    group by
        rulebook_in_force.rulebook_id, rulebook_in_force.start_score, rulebook_in_force.lowest_score,
        rulebook_in_force.highest_score
),

difference as (
    select
        line.subject_key,
        line.rulebook_id,
        line.facet,
        sum(line.contribution - indicator_default.default_contribution) as points,
        bool_or(line.is_group_unknown) as is_group_unknown
    from line
    inner join indicator_default
        on line.rulebook_id = indicator_default.rulebook_id and line.indicator_id = indicator_default.indicator_id
    group by line.subject_key, line.rulebook_id, line.facet
)

select
    graded.rulebook_id,
    graded.rulebook_version,
    graded.subject_key,
    graded.facet,
    coalesce(difference.is_group_unknown, false) as is_unknown,
    -- nothing is started from where the grade was made elsewhere: its score is what the level says
    coalesce(
        least(
            greatest(
                when_nothing_is_known.score + coalesce(difference.points, 0), when_nothing_is_known.lowest_score
            ),
            when_nothing_is_known.highest_score
        ),
        grade_band.level_score
    ) as score
from graded
inner join when_nothing_is_known on graded.rulebook_id = when_nothing_is_known.rulebook_id
left join difference
    on
        graded.subject_key = difference.subject_key
        and graded.rulebook_id = difference.rulebook_id
        and graded.facet = difference.facet
left join crosswalk_level
    on
        graded.subject_key = crosswalk_level.subject_key
        and graded.rulebook_id = crosswalk_level.rulebook_id
        and graded.facet = crosswalk_level.facet
left join grade_band
    on
        graded.rulebook_id = grade_band.rulebook_id
        and graded.rulebook_version = grade_band.version
        and crosswalk_level.rank = grade_band.rank
