-- Grade bands of the rulebook versions in force, best first; of a crosswalk the levels and what they stand for.
with grade_band as (select * from {{ source('rulebook', 'grade_band') }}),

in_force as (select * from {{ ref('rulebook_in_force') }})

select
    grade_band.rulebook_id,
    grade_band.rank,
    grade_band.version as rulebook_version,
    grade_band.grade,
    grade_band.title_zh,
    grade_band.city_grade,
    grade_band.lower,
    grade_band.lower_included,
    grade_band.upper,
    grade_band.upper_included,
    grade_band.level,
    grade_band.level_score
from in_force
inner join grade_band
    on in_force.rulebook_id = grade_band.rulebook_id and in_force.rulebook_version = grade_band.version
