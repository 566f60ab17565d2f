{{ config(
    materialized='table', unlogged=true,
    pre_hook="delete from {{ this.schema }}.held_run",
    post_hook='analyze {{ this }}'
) }}
-- The subjects that this run evaluates again, where it follows an earlier run whose results the tables hold: a
-- version of one of their records begins or ends between the two, or a day that changes them has come. Everything that
-- decides a grade belongs to its subject, so nobody else's grade can move. A run that is repeated keeps the subjects
-- of its first attempt, whose rows are already new. Empty in a run over every subject.
{%- set credit_record = ref('credit_record') %}
{%- set ledger, current_run = source('evaluation', 'run'), source('evaluation', 'current_run') %}
{%- set mode = run_mode() %}
with run as (
    select * from {{ current_run }}
)

{% if mode == 'given' %}
select run.run_id, given.subject_key
from {{ held('given_subject') }} as given
cross join run
{% elif mode == 'touched' %}
, followed as (
    select earlier.*
    from {{ ledger }} as earlier
    inner join run on earlier.run_id = run.follows_run_id
),

touched as (
    select record.subject_key
    from {{ credit_record }} as record
    where
        record.known_from > (select followed.knowledge_at from followed)
        and record.known_from <= (select run.knowledge_at from run)
    union
    select record.subject_key
    from {{ credit_record }} as record
    where
        record.known_until > (select followed.knowledge_at from followed)
        and record.known_until <= (select run.knowledge_at from run)
    union
    select subject_total.subject_key
    from {{ held('subject_total') }} as subject_total
    where subject_total.changes_on <= (select run.as_of from run)
    union
    select ordered_total.subject_key
    from {{ held('ordered_total') }} as ordered_total
    where ordered_total.changes_on <= (select run.as_of from run)
    {%- if load_relation(this) is not none %}
    union
    select earlier_attempt.subject_key
    from {{ this }} as earlier_attempt
    inner join run on earlier_attempt.run_id = run.run_id
    {%- endif %}
)

select run.run_id, touched.subject_key
from touched
cross join run
{% else %}
select run.run_id, ''::text as subject_key
from run
where false
{% endif %}
