-- Vetoes, caps and reasons not to grade of the rulebook versions in force: what a limit_id means.
with grade_limit as (select * from {{ source('rulebook', 'grade_limit') }}),

in_force as (select * from {{ ref('rulebook_in_force') }})

select
    grade_limit.rulebook_id,
    grade_limit.limit_id,
    grade_limit.version as rulebook_version,
    grade_limit.effect,
    grade_limit.grade,
    grade_limit.title_zh,
    grade_limit.title_en,
    grade_limit.total_at_least,
    grade_limit.single_at_least,
    grade_limit.count_at_least,
    grade_limit.lasts_months,
    case
        when grade_limit.quantity = 'amount' then '元'
        when grade_limit.quantity = 'quantity' then ''
        else '分'
    end as unit_zh,
    grade_limit.legal_basis
from in_force
inner join grade_limit
    on in_force.rulebook_id = grade_limit.rulebook_id and in_force.rulebook_version = grade_limit.version
