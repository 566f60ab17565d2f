{{ config(
    materialized='by_subject',
    indexes=[{'columns': ['subject_key']}, {'columns': ['changes_on']}]
) }}
-- What the records of a subject come to, for every target of the rulebooks in force that is not ordered: the one pass
-- over all records. One row per subject, and columns named after the numbers of the targets, because the columns
-- follow the rulebooks: their SQL is written by compiled_line, compiled_target and compiled_change.
{%- set columns, items, knowledge_at = compiled_columns(), compiled_items(), written_knowledge_at() or 'null' %}
with record as (
    select *
    from {{ ref('credit_record') }}
    where
        known_from <= {{ knowledge_at }}
        and (known_until is null or known_until > {{ knowledge_at }})
        and {{ is_evaluated() }}
),

dated as (
    select
        subject_key, catalogue_item_id, behaviour_code, severity, occurred_on, effective_from,
        points_declared, points_counted, amount, quantity,
        {{ written_as_of() or 'null::date' }} as as_of
        {{- ', ' ~ compiled_days() if items }}
    from record
    where {{ 'catalogue_item_id in (' ~ items ~ ')' if items else 'false' }}
),

stated as (
    select
        subject_key, catalogue_item_id, behaviour_code, severity, points_declared, points_counted, amount, quantity
        {{- ', ' ~ compiled_states() if items }}
    from dated
    where {{ compiled_relevance() if items else 'true' }}
),

totalled as (
    select
        subject_key
        {{- ', ' ~ columns if columns }}
    from stated
    group by subject_key
)

select
    totalled.*,
    {{ 'least(' ~ compiled_change_columns() ~ ')' if columns else 'null::date' }} as changes_on
from totalled
