{{ config(
    materialized='by_subject', indexes=[{'columns': ['subject_key']}],
    post_hook="insert into {{ this.schema }}.held_run (run_id) select run_id from {{ this.schema }}.current_run"
        " on conflict (only_row) do update set run_id = excluded.run_id"
) }}
-- Exactly one grade per row of the index. A limit never lifts a grade: where the score alone is worse than what the
-- limit allows, the score decides.
with score as (
    select * from {{ ref('score') }}
    where {{ is_evaluated() }}
),

rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
),

grade_band as (
    select * from {{ source('rulebook', 'grade_band') }}
),

-- ranks count from 1: a rank is a place in these arrays
scale as (
    select
        rulebook_id, version,
        array_agg(grade order by rank) as grades,
        array_agg(city_grade order by rank) as city_grades, array_agg(lower order by rank) as lower_bounds
    from grade_band
    group by rulebook_id, version
),

deciding_limit as (
    select * from {{ ref('deciding_limit') }}
    where {{ is_evaluated() }}
),

fallen as (
    select
        score.rulebook_id, score.subject_key, score.facet, min(grade_band.rank)::integer as rank
    from {{ ref('unfulfilled_grade') }} as unfulfilled_grade
    inner join score
        on
            unfulfilled_grade.subject_key = score.subject_key
            and unfulfilled_grade.rulebook_id = score.rulebook_id
            and unfulfilled_grade.facet = score.facet
            and score.reached_rank = any(unfulfilled_grade.ranks)
    left join grade_band
        on
            score.rulebook_id = grade_band.rulebook_id
            and score.rulebook_version = grade_band.version
            and score.reached_rank < grade_band.rank
            and grade_band.rank <> all(unfulfilled_grade.ranks)
    group by score.rulebook_id, score.subject_key, score.facet
),

data_availability as (
    select * from {{ ref('data_availability') }}
    where not is_sufficient and {{ is_evaluated() }}
),

judged as (
    select
        score.*,
        deciding_limit.limit_id, deciding_limit.effect, deciding_limit.grade_rank,
        score.is_unknown or data_availability.subject_key is not null as is_insufficient,
        case when fallen.subject_key is null then score.reached_rank else fallen.rank end as own_rank
    from score
    left join deciding_limit
        on
            score.subject_key = deciding_limit.subject_key
            and score.rulebook_id = deciding_limit.rulebook_id
            and score.facet = deciding_limit.facet
    left join fallen
        on
            score.subject_key = fallen.subject_key
            and score.rulebook_id = fallen.rulebook_id
            and score.facet = fallen.facet
    left join data_availability
        on
            score.subject_key = data_availability.subject_key
            and score.rulebook_id = data_availability.rulebook_id
            and score.facet = data_availability.facet
),

decided as (
    select
        judged.*,
        case
            when judged.effect = 'no_grade' then 'no_grade'
            when judged.is_insufficient then 'insufficient_data'
            when judged.reached_rank is null then 'no_grade'
            when judged.effect = 'veto' and judged.grade_rank >= judged.own_rank then 'veto'
            when judged.effect = 'cap' and judged.grade_rank > judged.own_rank then 'cap'
            when judged.own_rank > judged.reached_rank then 'condition'
            when rulebook_in_force.kind = 'crosswalk' then 'crosswalk'
            else 'by_score'
        end as grade_status
    from judged
    inner join rulebook_in_force on judged.rulebook_id = rulebook_in_force.rulebook_id
),

ranked as (
    select
        decided.*,
        case
            when decided.grade_status in ('veto', 'cap') then decided.grade_rank
            when decided.grade_status not in ('no_grade', 'insufficient_data') then decided.own_rank
        end as final_rank
    from decided
)

select
    ranked.rulebook_id, ranked.rulebook_version, ranked.subject_key, ranked.facet, ranked.score,
    scale.grades[ranked.final_rank] as grade,
    scale.city_grades[ranked.final_rank] as city_grade,
    ranked.grade_status,
    case when ranked.grade_status in ('veto', 'cap') or ranked.effect = 'no_grade' then ranked.limit_id end as limit_id,
    case when ranked.grade_status = 'by_score' then scale.lower_bounds[ranked.final_rank - 1] - ranked.score end
    as gap_to_next_band, ranked.changes_on
from ranked
left join scale on ranked.rulebook_id = scale.rulebook_id and ranked.rulebook_version = scale.version
