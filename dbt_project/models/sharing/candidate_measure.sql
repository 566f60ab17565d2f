-- What each grade means for supervision (信用监管清单), for the rulebook versions in force.
with measure as (select * from {{ source('rulebook', 'measure') }}),

grade_band as (select * from {{ source('rulebook', 'grade_band') }}),

in_force as (select * from {{ ref('rulebook_in_force') }})

select
    measure.rulebook_id,
    measure.grade,
    measure.position,
    grade_band.city_grade,
    measure.measure_zh,
    measure.measure_en,
    measure.inspection_ratio_percent,
    measure.inspections_per_year,
    measure.legal_basis
from in_force
inner join measure
    on in_force.rulebook_id = measure.rulebook_id and in_force.rulebook_version = measure.version
inner join grade_band
    on
        measure.rulebook_id = grade_band.rulebook_id
        and measure.version = grade_band.version
        and measure.grade = grade_band.grade
