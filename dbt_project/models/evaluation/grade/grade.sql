{{ config(materialized='view') }}
-- The grades as of the run's day. The day and what is known of coming versions hold for everybody, so a run over
-- touched subjects need not write them for the others.
with decided_grade as (
    select * from {{ ref('decided_grade') }}
),

run as (
    select * from {{ source('evaluation', 'current_run') }}
),

rulebook_dependency as (
    select * from {{ ref('rulebook_dependency') }}
),

version_change as (
    select
        rulebook_id,
        min(next_version_change_on) as changes_on
    from rulebook_dependency
    group by rulebook_id
)

select
    decided_grade.rulebook_id,
    decided_grade.rulebook_version,
    decided_grade.subject_key,
    decided_grade.facet,
    run.as_of,
    decided_grade.score,
    decided_grade.grade,
    decided_grade.city_grade,
    decided_grade.grade_status,
    decided_grade.limit_id,
    decided_grade.gap_to_next_band,
    least(decided_grade.changes_on, version_change.changes_on) as next_change_on
from decided_grade
cross join run
left join version_change on decided_grade.rulebook_id = version_change.rulebook_id
