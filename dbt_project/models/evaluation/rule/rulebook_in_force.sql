{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- The version of each rulebook that applies on the as-of date: in_force_from <= as_of < in_force_until.
-- is_compiled: it and every rulebook that it reads can be written out as one expression over a subject's totals.
with recursive rulebook_known as (
    select * from {{ ref('rulebook_known') }}
),

in_force as (
    select *
    from rulebook_known
    where in_force_from <= as_of and (in_force_until is null or in_force_until > as_of)
),

indicator as (
    select indicator.*
    from {{ source('rulebook', 'indicator') }} as indicator
    inner join in_force using (rulebook_id, version)
),

uneven as (
    select rulebook_id from in_force where kind = 'crosswalk' or per_facet or minimum_known_percent is not null
    union
    select rulebook_id
    from indicator
    where
        redistributes or has_exemption or has_applicability or once_per_case or stale_after_months is not null
        or aggregate = 'latest' or facet_aggregate is not null
    union
    select in_force.rulebook_id
    from in_force
    inner join {{ source('rulebook', 'record_line') }} as record_line using (rulebook_id, version)
    where record_line.decay_months is not null or record_line.repair_percent is not null
    union
    -- the limit's own days of change are not among the totals of the one pass
    select in_force.rulebook_id
    from in_force
    inner join {{ source('rulebook', 'grade_limit') }} as grade_limit using (rulebook_id, version)
    where grade_limit.lasts_months is not null
    union
    -- a reader of a rulebook that is not in force has a constant instead of its score: the long way knows that
    select indicator.rulebook_id
    from indicator
    where
        indicator.source = 'rulebook_score'
        and indicator.source_rulebook_id not in (select in_force.rulebook_id from in_force)
),

not_compiled as (
    select rulebook_id from uneven
    union
    select indicator.rulebook_id
    from not_compiled
    inner join indicator on not_compiled.rulebook_id = indicator.source_rulebook_id
)

select
    in_force.rulebook_id,
    in_force.version as rulebook_version,
    in_force.kind,
    in_force.stage,
    in_force.population_subject_kinds,
    in_force.population_item_id,
    in_force.per_facet,
    in_force.start_score,
    in_force.lowest_score,
    in_force.highest_score,
    in_force.minimum_known_percent,
    in_force.year_begins_month,
    in_force.year_begins_day,
    not exists (
        select from not_compiled where not_compiled.rulebook_id = in_force.rulebook_id
    ) as is_compiled
from in_force
