-- The version of each rulebook that applies on the as-of date: in_force_from <= as_of < in_force_until.
with run as (
    select * from {{ source('evaluation', 'current_run') }}
),

rulebook as (
    select * from {{ source('rulebook', 'rulebook') }}
)

select
    rulebook.rulebook_id,
    rulebook.version as rulebook_version,
    rulebook.stage,
    rulebook.population_subject_kinds,
    rulebook.population_item_id,
    rulebook.per_facet,
    rulebook.start_score,
    rulebook.lowest_score,
    rulebook.highest_score,
    run.as_of
from rulebook
cross join run
where
    rulebook.in_force_from <= run.as_of
    and (rulebook.in_force_until is null or rulebook.in_force_until > run.as_of)
