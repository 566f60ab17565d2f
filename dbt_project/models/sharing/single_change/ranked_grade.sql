{{ config(materialized='table', unlogged=true, schema='evaluation', post_hook='analyze {{ this }}') }}
-- Grades that stand on their rulebook's scale, with their rank; 1 is the best. Of all others it is asked which record
-- keeps them down.
with grade as (
    select * from {{ ref('grade') }}
),

grade_band as (
    select * from {{ source('rulebook', 'grade_band') }}
)

select
    grade.rulebook_id,
    grade.rulebook_version,
    grade.subject_key,
    grade.facet,
    grade.score,
    grade.grade_status,
    grade.gap_to_next_band,
    grade_band.rank
from grade
inner join grade_band
    on
        grade.rulebook_id = grade_band.rulebook_id
        and grade.rulebook_version = grade_band.version
        and grade.grade = grade_band.grade
