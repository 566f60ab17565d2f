{{ config(
    materialized='view',
    post_hook="insert into {{ this.schema }}.held_run (run_id) select run_id from {{ this.schema }}.current_run"
        " on conflict (only_row) do update set run_id = excluded.run_id"
) }}
-- The grades as of the run's day. The day and what is known of coming versions hold for everybody, so a run over touched
-- subjects need not write them for the others.
with decided_grade as (
    select * from {{ ref('decided_grade') }}
),

rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
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
    rulebook_in_force.as_of,
    decided_grade.score,
    decided_grade.grade,
    decided_grade.city_grade,
    decided_grade.grade_status,
    decided_grade.limit_id,
    decided_grade.gap_to_next_band,
    least(decided_grade.changes_on, version_change.changes_on) as next_change_on
from decided_grade
inner join rulebook_in_force on decided_grade.rulebook_id = rulebook_in_force.rulebook_id
left join version_change on decided_grade.rulebook_id = version_change.rulebook_id
