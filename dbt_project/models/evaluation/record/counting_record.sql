{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- The one pass over the records: each record that counts on the as-of date or will count later, once for every
-- leaf, limit and population that looks at it. A record counts on the days of [counts_from, counts_until):
-- its own validity, or calendar months from the day it occurred, or the shorter of the two; repair or withdrawal
-- ends it early. Null months give a null end, which least() passes over.
with run as (
    select * from {{ source('evaluation', 'current_run') }}
),

rule as (
    select * from {{ ref('record_rule') }}
),

record as (
    select * from {{ ref('credit_record') }}
),

matched as (
    select
        rule.rulebook_id,
        rule.purpose,
        rule.target_id,
        record.subject_key,
        record.record_id,
        record.occurred_on,
        record.known_from,
        case when rule.per_facet then record.facet else '' end as facet,
        coalesce(
            rule.points,
            case rule.quantity
                when 'points_counted' then record.points_counted
                when 'points_declared' then record.points_declared
                when 'amount' then record.amount
                when 'quantity' then record.quantity
            end
        ) as points,
        case
            when rule.validity_months is null then greatest(record.effective_from, record.occurred_on)
            else record.occurred_on
        end as counts_from,
        least(
            case
                when rule.validity_months is null then record.effective_until
                else (record.occurred_on + make_interval(months => rule.validity_months))::date
            end,
            (record.occurred_on + make_interval(months => rule.longest_months))::date,
            record.withdrawn_on,
            record.repaired_on
        ) as counts_until
    from record
    inner join rule
        on
            record.catalogue_item_id = rule.catalogue_item_id
            and record.behaviour_code = rule.behaviour_code
            and record.severity = rule.severity
    where
        record.known_from <= (select run.knowledge_at from run)
        and (record.known_until is null or record.known_until > (select run.knowledge_at from run))
)

select
    rulebook_id,
    purpose,
    target_id,
    subject_key,
    facet,
    record_id,
    occurred_on,
    known_from,
    points,
    counts_from,
    counts_until,
    counts_from <= (select run.as_of from run) as is_active
from matched
where counts_until is null or counts_until > greatest(counts_from, (select run.as_of from run))
