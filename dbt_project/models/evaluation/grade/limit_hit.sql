{{ config(materialized='by_subject', indexes=[{'columns': ['subject_key']}]) }}
-- Limits that hold for a grade (veto 一票否决, cap 封顶, no_grade 不评定), with the rank of the grade they allow: those
-- of which a condition is fulfilled today, and those that last since a day on which one was. What is fulfilled is
-- that of subjects under evaluation, so the index of subjects need not be narrowed to them once more.
{%- set compiled = compiled_limits() %}
with subject_index as (select * from {{ ref('subject_index') }}),

target_in_force as (
    select * from {{ ref('target_in_force') }} where purpose = 'limit'
),

ordered_total as (
    select * from {{ ref('ordered_total') }}
    where records > 0 and {{ is_evaluated() }}
),

lasting_limit as (
    select subject_key, target_no, facet, max(holds_until) as holds_until
    from {{ ref('lasting_limit') }}
    where {{ is_evaluated() }}
    group by subject_key, target_no, facet
),

grade_limit as (
    select * from {{ source('rulebook', 'grade_limit') }}
),

grade_band as (
    select * from {{ source('rulebook', 'grade_band') }}
),

fulfilled as (
    select ordered_total.subject_key, ordered_total.target_no, ordered_total.facet, null::date as holds_until
    from ordered_total
    inner join target_in_force on ordered_total.target_no = target_in_force.target_no
    inner join grade_limit
        on
            target_in_force.rulebook_id = grade_limit.rulebook_id
            and target_in_force.rulebook_version = grade_limit.version
            and target_in_force.target_id = grade_limit.limit_id
    where
        grade_limit.lasts_months is null
        and (
            coalesce(grade_limit.total_at_least, grade_limit.single_at_least, grade_limit.count_at_least) is null
            or ordered_total.total >= grade_limit.total_at_least
            or ordered_total.highest >= grade_limit.single_at_least
            or ordered_total.records >= grade_limit.count_at_least
        )
    union all
    select subject_key, target_no, facet, holds_until from lasting_limit
    {%- if compiled %}
    union all
    {{ compiled }}
    {%- endif %}
)

select
    subject_index.rulebook_id,
    subject_index.rulebook_version,
    subject_index.subject_key,
    subject_index.facet,
    grade_limit.limit_id,
    grade_limit.effect,
    grade_band.rank as grade_rank,
    fulfilled.holds_until
from fulfilled
inner join target_in_force on fulfilled.target_no = target_in_force.target_no
inner join subject_index
    on
        fulfilled.subject_key = subject_index.subject_key
        and target_in_force.rulebook_id = subject_index.rulebook_id
        and fulfilled.facet = subject_index.facet
inner join grade_limit
    on
        subject_index.rulebook_id = grade_limit.rulebook_id
        and subject_index.rulebook_version = grade_limit.version
        and target_in_force.target_id = grade_limit.limit_id
left join grade_band
    on
        grade_limit.rulebook_id = grade_band.rulebook_id
        and grade_limit.version = grade_band.version
        and grade_limit.grade = grade_band.grade
