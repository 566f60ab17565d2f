{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- Exactly one grade per row of the index. The exact score is compared, never a rounded one. A limit never lifts
-- a grade: where the score alone is worse than what the limit allows, the score decides.
with score as (
    select * from {{ ref('score') }}
),

rulebook_in_force as (
    select * from {{ ref('rulebook_in_force') }}
),

rulebook_dependency as (
    select * from {{ ref('rulebook_dependency') }}
),

all_grade_band as (
    select * from {{ source('rulebook', 'grade_band') }}
),

deciding_limit as (
    select * from {{ ref('deciding_limit') }}
),

next_change as (
    select * from {{ ref('next_change') }}
),

grade_band as (
    select
        all_grade_band.*,
        lag(all_grade_band.lower)
            over (partition by all_grade_band.rulebook_id order by all_grade_band.rank)
        as next_better_lower
    from all_grade_band
    inner join rulebook_in_force
        on
            all_grade_band.rulebook_id = rulebook_in_force.rulebook_id
            and all_grade_band.version = rulebook_in_force.rulebook_version
),

rulebook_date as (
    select
        rulebook_in_force.rulebook_id,
        rulebook_in_force.as_of,
        min(rulebook_dependency.next_version_change_on) as version_changes_on
    from rulebook_in_force
    inner join rulebook_dependency on rulebook_in_force.rulebook_id = rulebook_dependency.rulebook_id
    group by rulebook_in_force.rulebook_id, rulebook_in_force.as_of
),

by_score as (
    select
        score.*,
        grade_band.rank as score_rank,
        grade_band.next_better_lower,
        deciding_limit.limit_id,
        case
            when deciding_limit.effect = 'no_grade' then 'no_grade'
            when deciding_limit.effect = 'veto' and deciding_limit.grade_rank >= grade_band.rank then 'veto'
            when deciding_limit.effect = 'cap' and deciding_limit.grade_rank > grade_band.rank then 'cap'
            else 'by_score'
        end as grade_status,
        greatest(grade_band.rank, deciding_limit.grade_rank) as final_rank
    from score
    left join grade_band
        on
            score.rulebook_id = grade_band.rulebook_id
            and (
                grade_band.lower is null or score.score > grade_band.lower
                or (score.score = grade_band.lower and grade_band.lower_included)
            )
            and (
                grade_band.upper is null or score.score < grade_band.upper
                or (score.score = grade_band.upper and grade_band.upper_included)
            )
    left join deciding_limit
        on
            score.subject_key = deciding_limit.subject_key
            and score.rulebook_id = deciding_limit.rulebook_id
            and score.facet = deciding_limit.facet
)

select
    by_score.rulebook_id,
    by_score.rulebook_version,
    by_score.subject_key,
    by_score.facet,
    rulebook_date.as_of,
    by_score.score,
    grade_band.grade,
    grade_band.city_grade,
    by_score.grade_status,
    case when by_score.grade_status <> 'by_score' then by_score.limit_id end as limit_id,
    case
        when by_score.grade_status = 'by_score' then by_score.next_better_lower - by_score.score
    end as gap_to_next_band,
    least(next_change.changes_on, rulebook_date.version_changes_on) as next_change_on
from by_score
inner join rulebook_date on by_score.rulebook_id = rulebook_date.rulebook_id
left join grade_band
    on
        by_score.rulebook_id = grade_band.rulebook_id
        and by_score.final_rank = grade_band.rank
        and by_score.grade_status <> 'no_grade'
left join next_change
    on
        by_score.subject_key = next_change.subject_key
        and by_score.rulebook_id = next_change.rulebook_id
        and by_score.facet = next_change.facet
