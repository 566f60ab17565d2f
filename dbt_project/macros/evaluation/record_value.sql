{#-
    One line per graded subject and total of one of its leaves: the raw value, or that it exempts the subject from the
    leaf, or that the leaf applies to it. A record without the number that the leaf asks for adds nothing to a sum;
    where another aggregate has no number at all, the raw value is null: missing.

    of_everybody: also of subjects that this run does not evaluate; stage: only of the rulebooks of one stage that are
    not compiled.
-#}
{% macro record_value(of_everybody=false, stage=none) %}
select
    target_in_force.rulebook_id,
    record_total.subject_key,
    record_total.facet,
    indicator_leaf.indicator_id,
    indicator_leaf.has_exemption or indicator_leaf.has_applicability as is_conditional,
    case when target_in_force.purpose = 'indicator' then {{ raw_value() }} end as raw_value,
    target_in_force.purpose = 'indicator' as is_known,
    coalesce(
        record_total.stale_from <= (select run.as_of from {{ source('evaluation', 'current_run') }} as run), false
    ) as is_stale,
    target_in_force.purpose = 'exempt' as is_exempt,
    target_in_force.purpose = 'applicable' as is_applicable
from (
    {{ total_of_targets(of_everybody, "'indicator', 'exempt', 'applicable'") }}
) as record_total
inner join {{ ref('target_in_force') }} as target_in_force
    on
        record_total.target_no = target_in_force.target_no
        and target_in_force.purpose in ('indicator', 'exempt', 'applicable')
        {%- if stage %}
        and target_in_force.stage = {{ stage }} and not target_in_force.is_compiled
        {%- endif %}
inner join {{ ref('indicator_leaf') }} as indicator_leaf
    on
        target_in_force.rulebook_id = indicator_leaf.rulebook_id
        and target_in_force.target_id = indicator_leaf.indicator_id
inner join {{ ref('subject_index') }} as subject_index
    on
        record_total.subject_key = subject_index.subject_key
        and target_in_force.rulebook_id = subject_index.rulebook_id
        and record_total.facet = subject_index.facet
{% endmacro %}
