{#-
    CTE `evidence`: the records that count today for each target of some purposes and each subject graded by its
    rulebook, in the words of the department that reported them. purposes: such as "'indicator', 'exempt'".
    Records of ordered targets are those that were chosen for it; all others are matched again.
-#}
{% macro evidence(purposes) %}
run as (
    select * from {{ source('evaluation', 'current_run') }}
),

record as not materialized (
    select *
    from {{ ref('credit_record') }}
    where
        known_from <= (select run.knowledge_at from run)
        and (known_until is null or known_until > (select run.knowledge_at from run))
),

rule as (
    select * from {{ ref('record_rule') }} where not is_ordered and purpose in ({{ purposes }})
),

target_in_force as (
    select * from {{ ref('target_in_force') }} where purpose in ({{ purposes }})
),

subject_index as (
    select * from {{ ref('subject_index') }}
),

{{ matched_record() }},

counting as (
    select
        matched.target_no, matched.subject_key, matched.facet, matched.record_id, matched.is_numerator,
        matched.counts_from, matched.counts_until, matched.points as points_full,
        {{ points_on('(select run.as_of from run)') }} as points
    from matched
    where
        matched.counts_from <= (select run.as_of from run)
        and (matched.counts_until is null or matched.counts_until > (select run.as_of from run))
    union all
    select
        target_no, subject_key, facet, record_id, is_numerator, counts_from, counts_until, points_full, points
    from {{ ref('ordered_record') }}
    where is_chosen
),

evidence as (
    select
        target_in_force.rulebook_id,
        target_in_force.rulebook_version,
        target_in_force.purpose,
        target_in_force.target_id,
        subject_index.subject_key,
        subject_index.facet,
        counting.record_id,
        record.record_key,
        record.catalogue_item_id,
        record.department_id,
        record.occurred_on,
        counting.counts_from,
        counting.counts_until as effective_until,
        counting.points,
        counting.points_full,
        counting.is_numerator,
        record.summary,
        record.batch_id,
        record.row_number
    from counting
    inner join target_in_force on counting.target_no = target_in_force.target_no
    inner join subject_index
        on
            counting.subject_key = subject_index.subject_key
            and target_in_force.rulebook_id = subject_index.rulebook_id
            and counting.facet = subject_index.facet
    inner join record
        on counting.subject_key = record.subject_key and counting.record_id = record.record_id
)
{%- endmacro %}


{#- The total of the leaf's target of another purpose, where records count for it. -#}
{% macro counting_total(purpose) %}
select from {{ ref('record_total') }} as other_total
inner join other_target on other_total.target_no = other_target.target_no
where
    other_target.purpose = '{{ purpose }}'
    and other_target.rulebook_id = evidence.rulebook_id
    and other_target.target_id = evidence.target_id
    and other_total.subject_key = evidence.subject_key
    and other_total.facet = evidence.facet
{%- endmacro %}
