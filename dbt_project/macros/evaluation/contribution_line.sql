{#-
    CTE `line`: the contribution of every leaf about which something is known of a graded subject, and of every leaf
    in a redistributing group.

    score: relation with the scores that may be read; stage: restricts to the rulebooks of one stage that are not
    compiled; of_everybody:
    also of subjects that this run does not evaluate.
-#}
{% macro contribution_line(score, stage=none, of_everybody=false) %}
rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
),

indicator_leaf as (
    select * from {{ ref('indicator_leaf') }}
),

indicator_band as (
    select * from {{ source('rulebook', 'indicator_band') }}
),

indicator_default as (
    select * from {{ ref('indicator_default') }}
),

subject_index as not materialized (
    select * from {{ ref('subject_index') }}
    where {{ 'true' if of_everybody else is_evaluated() }}
),

graded as not materialized (
    select subject_index.*
    from subject_index
    inner join rulebook_in_force on subject_index.rulebook_id = rulebook_in_force.rulebook_id
    {%- if stage %}
    where rulebook_in_force.stage = {{ stage }} and not rulebook_in_force.is_compiled
    {%- endif %}
),

record_value as not materialized (
    {{ record_value(of_everybody, stage) }}
),

{{ upstream_value(score, 'graded') }},

conditional_part as (
    select rulebook_id, subject_key, facet, indicator_id, raw_value, is_known, is_stale, is_exempt, is_applicable
    from record_value
    where is_conditional
    union all
    select
        upstream_value.rulebook_id, upstream_value.subject_key, upstream_value.facet, upstream_value.indicator_id,
        upstream_value.raw_value, true, false, false, false
    from upstream_value
    inner join indicator_leaf
        on
            upstream_value.rulebook_id = indicator_leaf.rulebook_id
            and upstream_value.indicator_id = indicator_leaf.indicator_id
    where indicator_leaf.has_exemption or indicator_leaf.has_applicability
),

raw as not materialized (
    select
        rulebook_id, subject_key, facet, indicator_id, raw_value, is_known, is_stale,
        false as is_exempt, true as is_applicable
    from record_value
    where not is_conditional
    union all
    select
        upstream_value.rulebook_id, upstream_value.subject_key, upstream_value.facet, upstream_value.indicator_id,
        upstream_value.raw_value, true as is_known, false as is_stale, false as is_exempt, true as is_applicable
    from upstream_value
    inner join indicator_leaf
        on
            upstream_value.rulebook_id = indicator_leaf.rulebook_id
            and upstream_value.indicator_id = indicator_leaf.indicator_id
    where not indicator_leaf.has_exemption and not indicator_leaf.has_applicability
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
    from conditional_part as part
    inner join indicator_leaf
        on part.rulebook_id = indicator_leaf.rulebook_id and part.indicator_id = indicator_leaf.indicator_id
    group by
        part.rulebook_id, part.subject_key, part.facet, part.indicator_id, indicator_leaf.aggregate,
        indicator_leaf.has_applicability
),

{{ value_of_raw('raw', 'indicator_leaf', 'indicator_band', ['subject_key', 'facet']) }},

{{ redistributed_line() }},

line as (
    select
        valued.rulebook_id, valued.rulebook_version, valued.subject_key, valued.facet, valued.indicator_id,
        valued.status, valued.raw_value, valued.value, valued.factor, valued.value * valued.factor as contribution,
        false as is_group_unknown
    from valued
    inner join indicator_default
        on
            valued.rulebook_id = indicator_default.rulebook_id
            and valued.indicator_id = indicator_default.indicator_id
    where not indicator_default.is_redistributed
    union all
    select
        rulebook_id, rulebook_version, subject_key, facet, indicator_id, status, raw_value, value, factor,
        contribution, is_group_unknown
    from redistributed_line
)
{%- endmacro %}
