{{ config(materialized='table', unlogged=true, schema='evaluation', post_hook='analyze {{ this }}') }}
-- The grade that each change which is tried would give, in the one rulebook that it is tried for. A limit that lasts is
-- taken to hold, as it does whether or not its records still count.
with score as (
    select tried_score.*
    from {{ ref('tried_score') }} as tried_score
    inner join {{ ref('tried_change') }} as tried_change
        on
            tried_score.subject_key = tried_change.change_key
            and tried_score.rulebook_id = tried_change.rulebook_id
),

grade_band as (
    select * from {{ source('rulebook', 'grade_band') }}
),

{{ tried_line('(select * from ' ~ ref('tried_score') ~ ')') }},

{{ tried_obstacles() }},

crosswalk_level as (
    select
        target_in_force.rulebook_id,
        tried_total.subject_key,
        tried_total.facet,
        tried_total.latest as rank
    from {{ ref('tried_total') }} as tried_total
    inner join {{ ref('target_in_force') }} as target_in_force
        on tried_total.target_no = target_in_force.target_no and target_in_force.purpose = 'crosswalk'
    where tried_total.records > 0
),

reached as (
    select
        score.*,
        unfulfilled_grade.ranks as unfulfilled_ranks,
        coalesce(grade_band.rank, crosswalk_level.rank) as rank
    from score
    inner join rulebook_in_force on score.rulebook_id = rulebook_in_force.rulebook_id
    left join grade_band
        on
            rulebook_in_force.kind = 'scored'
            and score.rulebook_id = grade_band.rulebook_id
            and score.rulebook_version = grade_band.version
            and {{ band_holds_score('grade_band', 'score.score') }}
    left join crosswalk_level
        on
            score.subject_key = crosswalk_level.subject_key
            and score.rulebook_id = crosswalk_level.rulebook_id
            and score.facet = crosswalk_level.facet
    left join unfulfilled_grade
        on
            score.subject_key = unfulfilled_grade.subject_key
            and score.rulebook_id = unfulfilled_grade.rulebook_id
            and score.facet = unfulfilled_grade.facet
    left join data_availability
        on
            score.subject_key = data_availability.subject_key
            and score.rulebook_id = data_availability.rulebook_id
            and score.facet = data_availability.facet
    -- without enough data there would be no grade at all
    where not score.is_unknown and data_availability.subject_key is null
)

select
    reached.rulebook_id,
    reached.subject_key as change_key,
    reached.facet,
    reached.score,
    greatest(
        -- an unfulfilled condition lets it fall to the next grade that is fulfilled
        case when reached.rank = any(reached.unfulfilled_ranks) then (
            select min(fallen.rank) from grade_band as fallen
            where
                fallen.rulebook_id = reached.rulebook_id
                and fallen.version = reached.rulebook_version
                and fallen.rank > reached.rank
                and fallen.rank <> all(reached.unfulfilled_ranks)
        ) else reached.rank end,
        deciding_limit.grade_rank
    ) as rank
from reached
left join deciding_limit
    on
        reached.subject_key = deciding_limit.subject_key
        and reached.rulebook_id = deciding_limit.rulebook_id
        and reached.facet = deciding_limit.facet
where reached.rank is not null and deciding_limit.effect is distinct from 'no_grade'
