{#
    Contributions that come from the score of another rulebook, for the rulebooks of one stage.
    Subjects without that score keep the leaf's default, so nothing is written for them.
#}
{% macro upstream_contribution(stage) %}
with subject_index as (
    select * from {{ ref('subject_index') }}
),

indicator_leaf as (
    select * from {{ ref('indicator_leaf') }}
),

indicator_band as (
    select * from {{ source('rulebook', 'indicator_band') }}
),

rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
),

upstream_score as (
    {% for lower_stage in range(stage) %}
    select * from {{ ref('score_stage_' ~ lower_stage) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

upstream_value as (
    select
        subject_index.rulebook_id,
        subject_index.subject_key,
        subject_index.facet,
        indicator_leaf.indicator_id,
        upstream_score.score as raw_value
    from subject_index
    inner join indicator_leaf
        on subject_index.rulebook_id = indicator_leaf.rulebook_id and indicator_leaf.source = 'rulebook_score'
    inner join rulebook_in_force on indicator_leaf.source_rulebook_id = rulebook_in_force.rulebook_id
    inner join upstream_score
        on
            subject_index.subject_key = upstream_score.subject_key
            and indicator_leaf.source_rulebook_id = upstream_score.rulebook_id
            and upstream_score.facet = case when rulebook_in_force.per_facet then subject_index.facet else '' end
    where subject_index.stage = {{ stage }}
),

{{ value_of_raw('upstream_value', 'indicator_leaf', 'indicator_band', ['subject_key', 'facet']) }}

select
    rulebook_id,
    rulebook_version,
    subject_key,
    facet,
    indicator_id,
    'hit' as status,
    raw_value,
    value,
    value * factor as contribution
from scaled
{% endmacro %}
