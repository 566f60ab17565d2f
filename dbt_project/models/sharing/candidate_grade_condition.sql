-- What grades of the rulebook versions in force ask of raw values besides the score.
with grade_condition as (select * from {{ source('rulebook', 'grade_condition') }}),

in_force as (select * from {{ ref('rulebook_in_force') }})

select
    grade_condition.rulebook_id,
    grade_condition.grade,
    grade_condition.position,
    grade_condition.indicator_id,
    grade_condition.at_least,
    grade_condition.at_most
from in_force
inner join grade_condition
    on in_force.rulebook_id = grade_condition.rulebook_id and in_force.rulebook_version = grade_condition.version
