-- What each grade means in a scenario (应用场景), for the rulebook versions in force.
with scenario_effect as (select * from {{ source('rulebook', 'scenario_effect') }}),

grade_band as (select * from {{ source('rulebook', 'grade_band') }}),

in_force as (select * from {{ ref('rulebook_in_force') }})

select
    scenario_effect.rulebook_id,
    scenario_effect.scenario,
    scenario_effect.grade,
    scenario_effect.position,
    grade_band.city_grade,
    scenario_effect.effect,
    scenario_effect.value,
    scenario_effect.effect_zh,
    scenario_effect.effect_en,
    scenario_effect.legal_basis
from in_force
inner join scenario_effect
    on in_force.rulebook_id = scenario_effect.rulebook_id and in_force.rulebook_version = scenario_effect.version
inner join grade_band
    on
        scenario_effect.rulebook_id = grade_band.rulebook_id
        and scenario_effect.version = grade_band.version
        and scenario_effect.grade = grade_band.grade
