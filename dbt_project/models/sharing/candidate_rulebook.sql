-- The rulebook versions in force on the as-of date, with the full text officials wrote.
with rulebook as (select * from {{ source('rulebook', 'rulebook') }}),

in_force as (select * from {{ ref('rulebook_in_force') }})

select
    rulebook.rulebook_id,
    rulebook.version as rulebook_version,
    rulebook.kind,
    rulebook.title_zh,
    rulebook.title_en,
    rulebook.authority_zh,
    rulebook.legal_basis,
    rulebook.in_force_from,
    rulebook.in_force_until,
    rulebook.start_score,
    rulebook.lowest_score,
    rulebook.highest_score,
    rulebook.minimum_known_percent,
    rulebook.source_text as rule_text
from in_force
inner join rulebook
    on in_force.rulebook_id = rulebook.rulebook_id and in_force.rulebook_version = rulebook.version
