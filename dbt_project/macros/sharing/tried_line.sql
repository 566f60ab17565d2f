{#-
    CTE `line`: what every leaf contributes after each change that is tried, with the arithmetic of the evaluation and
    with the change in the subject's place. score: relation with the scores that may be read; stage: of which rulebooks.
-#}
{% macro tried_line(score, stage=none) -%}
rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
),

indicator_leaf as (
    select *, has_exemption or has_applicability as is_conditional from {{ ref('indicator_leaf') }}
),

indicator_band as (
    select * from {{ source('rulebook', 'indicator_band') }}
),

indicator_default as (
    select * from {{ ref('indicator_default') }}
),

subject_index as not materialized (
    select * from {{ ref('tried_index') }}
),

graded as not materialized (
    select * from {{ ref('tried_index') }} {% if stage is not none %} where stage = {{ stage }} {% endif %}
),

{{ upstream_value(score, 'graded') }},

part as not materialized (
    select rulebook_id, subject_key, facet, indicator_id, raw_value, is_known, is_stale, is_exempt, is_applicable
    from {{ ref('tried_value') }}
    {% if stage is not none %} where stage = {{ stage }} {% endif %}
    union all
    select rulebook_id, subject_key, facet, indicator_id, raw_value, true, false, false, false
    from upstream_value
),

raw as (
    select
        part.rulebook_id, part.subject_key, part.facet, part.indicator_id, part.raw_value, part.is_known,
        part.is_stale, false as is_exempt, true as is_applicable
    from part
    inner join indicator_leaf
        on part.rulebook_id = indicator_leaf.rulebook_id and part.indicator_id = indicator_leaf.indicator_id
    where not indicator_leaf.is_conditional
    union all
    select
        part.rulebook_id, part.subject_key, part.facet, part.indicator_id,
        coalesce(
            max(part.raw_value) filter (where part.is_known),
            case when not bool_or(part.is_known) and indicator_leaf.aggregate in ('count', 'sum') then 0 end
        ) as raw_value,
        bool_or(part.is_known) as is_known,
        bool_or(part.is_stale and part.is_known) as is_stale,
        bool_or(part.is_exempt) as is_exempt,
        not indicator_leaf.has_applicability or bool_or(part.is_applicable) as is_applicable
    from part
    inner join indicator_leaf
        on part.rulebook_id = indicator_leaf.rulebook_id and part.indicator_id = indicator_leaf.indicator_id
    where indicator_leaf.is_conditional
    group by
        part.rulebook_id, part.subject_key, part.facet, part.indicator_id, indicator_leaf.aggregate,
        indicator_leaf.has_applicability
),

{{ value_of_raw('raw', 'indicator_leaf', 'indicator_band', ['subject_key', 'facet']) }},

{{ redistributed_line() }},

line as (
    select
        valued.rulebook_id, valued.subject_key, valued.facet, valued.indicator_id, valued.status, valued.raw_value,
        valued.value * valued.factor as contribution, false as is_group_unknown
    from valued
    inner join indicator_default
        on
            valued.rulebook_id = indicator_default.rulebook_id
            and valued.indicator_id = indicator_default.indicator_id
    where not indicator_default.is_redistributed
    union all
    select rulebook_id, subject_key, facet, indicator_id, status, raw_value, contribution, is_group_unknown
    from redistributed_line
)
{%- endmacro %}
