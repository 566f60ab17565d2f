{{ config(materialized='table', unlogged=true, schema='evaluation', post_hook='analyze {{ this }}') }}
-- Subjects of which a rulebook knows the same: their records come to the same totals, in the rulebook and in those
-- whose scores it reads, so one more record does the same to all of them. The first of them stands for the others.
-- Totals are compared by the sum of their hashes, as the fingerprint of the candidates is.
with subject as (
    select distinct subject_key from {{ ref('score') }}
),

record_total as (
    {{ held_total('subject') }}
),

target_in_force as (
    select * from {{ ref('target_in_force') }}
),

subject_index as (
    select rulebook_id, subject_key, facet from {{ ref('score') }}
),

limit_hit as (
    select * from {{ ref('limit_hit') }}
),

rulebook_dependency as (
    select * from {{ ref('rulebook_dependency') }}
),

known as (
    select
        target_in_force.rulebook_id,
        record_total.subject_key,
        hashtextextended(concat_ws(
            '|', record_total.target_no, record_total.facet, record_total.records,
            coalesce(record_total.total::text, '-'), record_total.numbers,
            coalesce(record_total.weight_total::text, '-'), coalesce(record_total.numerator_total::text, '-'),
            coalesce(record_total.highest::text, '-'), coalesce(record_total.lowest::text, '-'),
            coalesce(record_total.latest::text, '-'), coalesce(record_total.amount_total::text, '-'),
            coalesce(record_total.quantity_total::text, '-'), coalesce(record_total.stale_from::text, '-')
        ), 0) as content
    from record_total
    inner join target_in_force on record_total.target_no = target_in_force.target_no
    union all
    select rulebook_id, subject_key, hashtextextended('in ' || rulebook_id || '|' || facet, 0)
    from subject_index
    union all
    select rulebook_id, subject_key, hashtextextended('limit ' || limit_id || '|' || facet, 0)
    from limit_hit
),

known_of_rulebook as (
    select
        rulebook_id,
        subject_key,
        sum(content::numeric) as content
    from known
    group by rulebook_id, subject_key
),

state as (
    select
        rulebook_dependency.rulebook_id,
        known_of_rulebook.subject_key,
        sum(known_of_rulebook.content) as content
    from known_of_rulebook
    inner join rulebook_dependency on known_of_rulebook.rulebook_id = rulebook_dependency.reads_rulebook_id
    group by rulebook_dependency.rulebook_id, known_of_rulebook.subject_key
)

select
    state.rulebook_id,
    state.subject_key,
    min(state.subject_key) over (partition by state.rulebook_id, state.content) as first_subject_key
from state
inner join (select distinct rulebook_id, subject_key from subject_index) as graded
    on state.rulebook_id = graded.rulebook_id and state.subject_key = graded.subject_key
