{#- CTEs deciding_limit, unfulfilled_grade and data_availability after each change that is tried. -#}
{% macro tried_obstacles() %}
grade_limit as (
    select grade_limit.*, target_in_force.target_no, limiting.rank as grade_rank
    from {{ source('rulebook', 'grade_limit') }} as grade_limit
    inner join {{ ref('target_in_force') }} as target_in_force
        on
            target_in_force.purpose = 'limit'
            and grade_limit.rulebook_id = target_in_force.rulebook_id
            and grade_limit.version = target_in_force.rulebook_version
            and grade_limit.limit_id = target_in_force.target_id
    left join grade_band as limiting
        on (grade_limit.rulebook_id, grade_limit.version, grade_limit.grade)
            = (limiting.rulebook_id, limiting.version, limiting.grade)
),

limit_hit as (
    select
        grade_limit.rulebook_id, tried_total.subject_key, tried_total.facet, grade_limit.limit_id, grade_limit.effect,
        grade_limit.grade_rank
    from {{ ref('tried_total') }} as tried_total
    inner join grade_limit on tried_total.target_no = grade_limit.target_no
    where
        tried_total.records > 0
        -- a limit that lasts begins with the first day of a record
        and (grade_limit.lasts_months is null or tried_total.is_added)
        and (
            coalesce(grade_limit.total_at_least, grade_limit.single_at_least, grade_limit.count_at_least) is null
            or tried_total.total >= grade_limit.total_at_least
            or case when grade_limit.lasts_months is null then tried_total.highest else tried_total.added_points end
            >= grade_limit.single_at_least
            or tried_total.records >= grade_limit.count_at_least
        )
    union all
    select
        lasting.rulebook_id, tried_change.change_key, lasting.facet, lasting.limit_id, lasting.effect,
        lasting.grade_rank
    from {{ ref('tried_change') }} as tried_change
    inner join {{ ref('limit_hit') }} as lasting
        on
            tried_change.rulebook_id = lasting.rulebook_id
            and tried_change.subject_key = lasting.subject_key
            and lasting.holds_until is not null
),

deciding_limit as (
    select distinct on (rulebook_id, subject_key, facet) *
    from limit_hit
    order by
        rulebook_id asc, subject_key asc, facet asc, (effect = 'no_grade') desc, grade_rank desc,
        (effect = 'veto') desc, limit_id asc
),

unfulfilled_grade as (
    select score.rulebook_id, score.subject_key, score.facet, array_agg(distinct grade_band.rank) as ranks
    from score
    inner join {{ source('rulebook', 'grade_condition') }} as grade_condition
        on score.rulebook_id = grade_condition.rulebook_id and score.rulebook_version = grade_condition.version
    inner join grade_band
        on
            grade_condition.rulebook_id = grade_band.rulebook_id
            and grade_condition.version = grade_band.version
            and grade_condition.grade = grade_band.grade
    inner join indicator_default
        on
            score.rulebook_id = indicator_default.rulebook_id
            and grade_condition.indicator_id = indicator_default.indicator_id
    left join line
        on
            score.subject_key = line.subject_key
            and score.rulebook_id = line.rulebook_id
            and score.facet = line.facet
            and grade_condition.indicator_id = line.indicator_id
    cross join lateral (
        select
            case
                when line.status is not null then line.raw_value
                when indicator_default.default_status = 'clean' then 0
            end as raw_value
    ) as known
    where
        known.raw_value is null
        or known.raw_value < grade_condition.at_least
        or known.raw_value > grade_condition.at_most
    group by 1, 2, 3
),

weighed as (
    select
        score.rulebook_id, score.subject_key, score.facet, rulebook_in_force.minimum_known_percent,
        coalesce(sum(indicator_leaf.factor) filter (
            where coalesce(line.status, indicator_default.default_status) not in ('missing', 'stale', 'not_applicable')
        ), 0) as known_factor,
        coalesce(sum(indicator_leaf.factor) filter (
            where coalesce(line.status, indicator_default.default_status) <> 'not_applicable'
        ), 0) as applicable_factor
    from score
    inner join rulebook_in_force
        on score.rulebook_id = rulebook_in_force.rulebook_id and rulebook_in_force.minimum_known_percent is not null
    inner join indicator_leaf on score.rulebook_id = indicator_leaf.rulebook_id and indicator_leaf.is_scored
    inner join indicator_default
        on
            indicator_leaf.rulebook_id = indicator_default.rulebook_id
            and indicator_leaf.indicator_id = indicator_default.indicator_id
    left join line
        on
            score.subject_key = line.subject_key
            and score.rulebook_id = line.rulebook_id
            and score.facet = line.facet
            and indicator_leaf.indicator_id = line.indicator_id
    group by score.rulebook_id, score.subject_key, score.facet, rulebook_in_force.minimum_known_percent
),

data_availability as (
    select rulebook_id, subject_key, facet
    from weighed
    where applicable_factor = 0 or known_factor * 100 < applicable_factor * minimum_known_percent
)
{%- endmacro %}
