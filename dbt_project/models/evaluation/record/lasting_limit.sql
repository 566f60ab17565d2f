{{ config(materialized='by_subject', indexes=[{'columns': ['subject_key']}]) }}
-- Limits that outlast the records which brought them about: one row per record on whose first day a condition of the
-- limit was fulfilled, with the months from that day on which the limit holds.
with target_in_force as (
    select * from {{ ref('target_in_force') }} where lasts_months is not null
),

grade_limit as (
    select * from {{ source('rulebook', 'grade_limit') }}
),

run as (
    select * from {{ source('evaluation', 'current_run') }}
),

limit_record as (
    select ordered_record.*, target_in_force.lasts_months, target_in_force.rulebook_id,
        target_in_force.rulebook_version, target_in_force.target_id
    from {{ ref('ordered_record') }} as ordered_record
    inner join target_in_force on ordered_record.target_no = target_in_force.target_no
    where {{ is_evaluated('ordered_record.subject_key') }}
),

on_its_first_day as (
    select
        limit_record.subject_key,
        limit_record.target_no,
        limit_record.facet,
        limit_record.record_id,
        limit_record.rulebook_id,
        limit_record.rulebook_version,
        limit_record.target_id,
        limit_record.counts_from as began_on,
        (limit_record.counts_from + make_interval(months => limit_record.lasts_months))::date as holds_until,
        limit_record.points,
        sum(other.points) as total,
        count(*) as records
    from limit_record
    inner join limit_record as other
        on
            limit_record.subject_key = other.subject_key
            and limit_record.target_no = other.target_no
            and limit_record.facet = other.facet
            and limit_record.counts_from >= other.counts_from
            and (other.counts_until is null or limit_record.counts_from < other.counts_until)
    where
        limit_record.counts_from <= (select run.as_of from run)
        and (limit_record.counts_from + make_interval(months => limit_record.lasts_months))::date
        > (select run.as_of from run)
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
)

select
    first_day.subject_key,
    first_day.target_no,
    first_day.facet,
    first_day.record_id,
    first_day.began_on,
    first_day.holds_until
from on_its_first_day as first_day
inner join grade_limit
    on
        first_day.rulebook_id = grade_limit.rulebook_id
        and first_day.rulebook_version = grade_limit.version
        and first_day.target_id = grade_limit.limit_id
where
    coalesce(grade_limit.total_at_least, grade_limit.single_at_least, grade_limit.count_at_least) is null
    or first_day.total >= grade_limit.total_at_least
    or first_day.points >= grade_limit.single_at_least
    or first_day.records >= grade_limit.count_at_least
