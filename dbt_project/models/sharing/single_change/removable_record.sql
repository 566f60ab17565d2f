{{ config(materialized='table', unlogged=true, schema='evaluation', post_hook='analyze {{ this }}') }}
-- Every record that counts for a subject with a grade that could be better: one row per target and facet that it counts
-- in, with what it adds to the totals there. Of the records of one case that count once, the next one (successor) would
-- take the place of the chosen one; the others add nothing.
with run as (
    select * from {{ source('evaluation', 'current_run') }}
),

improvable as (
    select distinct subject_key from {{ ref('ranked_grade') }} where rank > 1
),

record as (
    select credit_record.*
    from {{ ref('credit_record') }} as credit_record
    inner join improvable on credit_record.subject_key = improvable.subject_key
    where
        credit_record.known_from <= (select run.knowledge_at from run)
        and (credit_record.known_until is null or credit_record.known_until > (select run.knowledge_at from run))
),

rule as (
    select * from {{ ref('record_rule') }}
),

{{ matched_record() }},

target_in_force as (
    select *, per_facet and purpose <> 'population' as is_spread from {{ ref('target_in_force') }}
),

subject_index as (
    select rulebook_id, subject_key, facet from {{ ref('score') }}
),

counting as (
    select
        matched.target_no, matched.subject_key, matched.record_id, matched.is_numerator, matched.occurred_on,
        matched.known_from, matched.amount, matched.quantity, matched.is_weighted, matched.weight,
        target_in_force.rulebook_id, target_in_force.purpose,
        case when target_in_force.is_spread then subject_index.facet else matched.facet end as facet,
        case when target_in_force.once_per_case then nullif(matched.case_id, '') end as case_id,
        {{ points_on('(select run.as_of from run)') }} as points
    from matched
    inner join target_in_force on matched.target_no = target_in_force.target_no
    -- a record without a facet counts in every facet that the subject is graded in
    left join subject_index
        on
            target_in_force.is_spread
            and matched.subject_key = subject_index.subject_key
            and target_in_force.rulebook_id = subject_index.rulebook_id
            and matched.facet in ('', subject_index.facet)
    where
        matched.counts_from <= (select run.as_of from run)
        and (matched.counts_until is null or matched.counts_until > (select run.as_of from run))
        and (not target_in_force.is_spread or subject_index.facet is not null)
),

in_case as (
    select
        *,
        case_id is null or row_number() over own_case = 1 as is_chosen,
        case_id is not null and row_number() over own_case = 1 and lead(record_id) over own_case is not null
        as has_successor,
        case when case_id is not null then lead(points) over own_case end as next_points,
        case when case_id is not null then lead(weight) over own_case end as next_weight,
        case when case_id is not null then lead(occurred_on) over own_case end as next_occurred_on,
        case when case_id is not null then lead(known_from) over own_case end as next_known_from,
        case when case_id is not null then lead(record_id) over own_case end as next_record_id
    from counting
    window own_case as (
        partition by target_no, subject_key, facet, is_numerator, case_id
        order by points desc nulls last, occurred_on, record_id
    )
)

select
    target_no,
    rulebook_id,
    purpose,
    subject_key,
    facet,
    record_id,
    min(occurred_on) as occurred_on,
    min(known_from) as known_from,
    -- of a mean what is added up is points × weight
    bool_or(is_weighted) as is_weighted,
    count(*) filter (where is_chosen and not is_numerator) as records,
    max(points) filter (where is_chosen and not is_numerator) as points,
    max(weight) filter (where is_chosen and not is_numerator and points is not null) as weight,
    max(points) filter (where is_chosen and is_numerator) as numerator_points,
    max(points) filter (where is_chosen) as latest_points,
    bool_or(is_chosen) as is_chosen,
    max(amount) as amount,
    max(quantity) as quantity,
    coalesce(bool_or(has_successor) filter (where not is_numerator), false) as has_successor,
    max(next_points) filter (where has_successor and not is_numerator) as next_points,
    max(next_weight) filter (where has_successor and not is_numerator and next_points is not null) as next_weight,
    max(next_occurred_on) filter (where has_successor and not is_numerator) as next_occurred_on,
    max(next_points) filter (where has_successor and is_numerator) as next_numerator_points,
    min(next_known_from) filter (where has_successor and not is_numerator) as next_known_from,
    min(next_record_id) filter (where has_successor and not is_numerator) as next_record_id
from in_case
group by target_no, rulebook_id, purpose, subject_key, facet, record_id
