{{ config(materialized='table', unlogged=true, schema='evaluation', post_hook='analyze {{ this }}') }}
-- One imagined record of every kind that a line of a rulebook in force names, that occurred on the as-of date: the
-- targets it would count in, with the points that the rulebook fixes. What a rulebook does not fix is not known of it,
-- so its amount and points of its own add nothing. Nobody imagines a level that others decide on: no crosswalks.
with run as (
    select * from {{ source('evaluation', 'current_run') }}
),

rule as (
    select * from {{ ref('record_rule') }}
),

target_in_force as (
    select * from {{ ref('target_in_force') }}
),

grade_limit as (
    select * from {{ source('rulebook', 'grade_limit') }}
),

kind as (
    select distinct rule.catalogue_item_id, rule.behaviour_code, rule.severity
    from rule
    where
        rule.purpose in ('indicator', 'limit')
        and rule.catalogue_item_id not in (
            select crosswalk.catalogue_item_id from rule as crosswalk where crosswalk.purpose = 'crosswalk'
        )
),

record as (
    select
        kind.*,
        kind.catalogue_item_id || '·' || kind.behaviour_code || '·' || kind.severity as record_id,
        ''::text as subject_key,
        ''::text as facet,
        null::text as case_id,
        null::timestamptz as known_from,
        null::numeric as points_declared,
        null::numeric as points_counted,
        null::numeric as quantity,
        null::numeric as amount,
        null::date as effective_until,
        null::date as repaired_on,
        null::date as withdrawn_on,
        run.as_of as occurred_on,
        run.as_of as effective_from
    from kind
    cross join run
),

{{ matched_record() }},

counting as (
    select
        matched.*,
        {{ points_on('(select run.as_of from run)') }} as points_now
    from matched
)

select
    record.record_id as kind_of_record,
    record.catalogue_item_id,
    record.behaviour_code,
    record.severity,
    target_in_force.target_no,
    target_in_force.rulebook_id,
    target_in_force.purpose,
    target_in_force.per_facet,
    counting.is_numerator,
    counting.is_weighted,
    counting.points_now as points,
    -- whether its effect there is known
    case target_in_force.purpose
        when 'indicator' then counting.points_now is not null
        when 'limit' then
            counting.points_now is not null
            or grade_limit.count_at_least is not null
            or coalesce(grade_limit.total_at_least, grade_limit.single_at_least) is null
        else false
    end as is_known
from counting
inner join record on counting.record_id = record.record_id
inner join target_in_force on counting.target_no = target_in_force.target_no
left join grade_limit
    on
        target_in_force.purpose = 'limit'
        and target_in_force.rulebook_id = grade_limit.rulebook_id
        and target_in_force.rulebook_version = grade_limit.version
        and target_in_force.target_id = grade_limit.limit_id
where counting.counts_until is null or counting.counts_until > counting.counts_from
