{#
    Scores of the rulebooks of one stage: start + the default of every leaf, each replaced where there is
    something known. Adding (contribution - default) to the sum of defaults is exact in numeric, and needs only
    the sparse rows.
#}
{% macro score_stage(stage) %}
with subject_index as (
    select * from {{ ref('subject_index') }}
),

rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
),

all_indicator_default as (
    select * from {{ ref('indicator_default') }}
),

indicator_default as (
    select all_indicator_default.*
    from all_indicator_default
    inner join rulebook_in_force on all_indicator_default.rulebook_id = rulebook_in_force.rulebook_id
    where rulebook_in_force.stage = {{ stage }}
),

stage_contribution as (
    select * from {{ ref('record_contribution') }}
    {% if stage > 0 %}
    union all
    select * from {{ ref('upstream_contribution_' ~ stage) }}
    {% endif %}
),

when_nothing_is_known as (
    select
        rulebook_in_force.rulebook_id,
        rulebook_in_force.start_score + sum(indicator_default.default_contribution) as score
    from rulebook_in_force
    inner join indicator_default on rulebook_in_force.rulebook_id = indicator_default.rulebook_id
    group by rulebook_in_force.rulebook_id, rulebook_in_force.start_score
),

difference as (
    select
        stage_contribution.subject_key,
        stage_contribution.rulebook_id,
        stage_contribution.facet,
        sum(stage_contribution.contribution - indicator_default.default_contribution) as points
    from stage_contribution
    inner join indicator_default
        on
            stage_contribution.rulebook_id = indicator_default.rulebook_id
            and stage_contribution.indicator_id = indicator_default.indicator_id
    group by stage_contribution.subject_key, stage_contribution.rulebook_id, stage_contribution.facet
),

unclamped as (
    select
        subject_index.rulebook_id,
        subject_index.rulebook_version,
        subject_index.subject_key,
        subject_index.facet,
        when_nothing_is_known.score + coalesce(difference.points, 0) as score
    from subject_index
    inner join when_nothing_is_known on subject_index.rulebook_id = when_nothing_is_known.rulebook_id
    left join difference
        on
            subject_index.subject_key = difference.subject_key
            and subject_index.rulebook_id = difference.rulebook_id
            and subject_index.facet = difference.facet
    where subject_index.stage = {{ stage }}
)

select
    unclamped.rulebook_id,
    unclamped.rulebook_version,
    unclamped.subject_key,
    unclamped.facet,
    unclamped.score as unclamped_score,
    least(greatest(unclamped.score, rulebook_in_force.lowest_score), rulebook_in_force.highest_score) as score
from unclamped
inner join rulebook_in_force on unclamped.rulebook_id = rulebook_in_force.rulebook_id
{% endmacro %}
