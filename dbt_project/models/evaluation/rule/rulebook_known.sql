{{ config(materialized='view') }}
-- Rulebook versions as they were known to the run: a version, or the end of one, that was loaded later is not seen
-- by a run that repeats an earlier one.
with run as (
    select * from {{ source('evaluation', 'current_run') }}
),

rulebook as (
    select * from {{ source('rulebook', 'rulebook') }}
)

select
    rulebook.rulebook_id,
    rulebook.version,
    rulebook.kind,
    rulebook.stage,
    rulebook.population_subject_kinds,
    rulebook.population_item_id,
    rulebook.per_facet,
    rulebook.start_score,
    rulebook.lowest_score,
    rulebook.highest_score,
    rulebook.minimum_known_percent,
    rulebook.year_begins_month,
    rulebook.year_begins_day,
    rulebook.in_force_from,
    case
        when run.rulebooks_at is null or rulebook.until_known_from is null
            or rulebook.until_known_from <= run.rulebooks_at
            then rulebook.in_force_until
    end as in_force_until,
    run.as_of
from rulebook
cross join run
where run.rulebooks_at is null or rulebook.loaded_at <= run.rulebooks_at
