-- Every line behind every grade: start score, each leaf indicator (defaults put back), the clamp, every limit hit; or
-- the level of a grade made elsewhere. Σ of all lines = sharing.grade.score; a limit changes the grade, not the score.
-- security_invoker: the row policies of the tables beneath apply to whoever reads the view.
create or replace view sharing.grade_explained with (security_invoker = true) as
select
    grade.rulebook_id, grade.subject_key, grade.facet,
    0 as position,
    'start' as line_kind,
    null::text as indicator_id,
    '起评分' as path_zh,
    '起评分' as title_zh,
    null::text as status,
    null::numeric as raw_value,
    rulebook.start_score as value,
    1::numeric as factor,
    rulebook.start_score as contribution,
    '[]'::jsonb as records,
    null::date as holds_until
from sharing.grade
inner join sharing.rulebook on grade.rulebook_id = rulebook.rulebook_id
where rulebook.kind = 'scored'
union all
select
    grade.rulebook_id, grade.subject_key, grade.facet,
    1 as position,
    'crosswalk' as line_kind,
    null::text as indicator_id,
    '外部等级' as path_zh,
    crosswalk_level.level as title_zh,
    null::text as status,
    null::numeric as raw_value,
    grade.score as value,
    1::numeric as factor,
    grade.score as contribution,
    crosswalk_level.records,
    null::date as holds_until
from sharing.grade
inner join sharing.crosswalk_level
    on
        grade.rulebook_id = crosswalk_level.rulebook_id
        and grade.subject_key = crosswalk_level.subject_key
        and grade.facet = crosswalk_level.facet
union all
select
    grade.rulebook_id, grade.subject_key, grade.facet,
    indicator.position,
    'indicator' as line_kind,
    indicator.indicator_id,
    indicator.path_zh,
    indicator.title_zh,
    coalesce(contribution.status, indicator.default_status) as status,
    contribution.raw_value,
    -- what a subject's own line leaves out is not put back from the default
    case when contribution.status is null then indicator.default_value else contribution.value end as value,
    coalesce(contribution.factor, indicator.factor) as factor,
    coalesce(contribution.contribution, indicator.default_contribution) as contribution,
    coalesce(contribution.records, '[]'::jsonb) as records,
    null::date as holds_until
from sharing.grade
inner join sharing.indicator on grade.rulebook_id = indicator.rulebook_id
left join sharing.contribution
    on
        grade.rulebook_id = contribution.rulebook_id
        and grade.subject_key = contribution.subject_key
        and grade.facet = contribution.facet
        and indicator.indicator_id = contribution.indicator_id
union all
select
    grade.rulebook_id, grade.subject_key, grade.facet,
    2000000000 as position,
    'clamp' as line_kind,
    null::text as indicator_id,
    '封顶/保底' as path_zh,
    case when total.unclamped > rulebook.highest_score then '最高分封顶' else '最低分保底' end as title_zh,
    null::text as status,
    total.unclamped as raw_value,
    grade.score as value,
    1::numeric as factor,
    grade.score - total.unclamped as contribution,
    '[]'::jsonb as records,
    null::date as holds_until
from sharing.grade
inner join sharing.rulebook on grade.rulebook_id = rulebook.rulebook_id
cross join lateral (
    select rulebook.start_score + sum(coalesce(contribution.contribution, indicator.default_contribution)) as unclamped
    from sharing.indicator
    left join sharing.contribution
        on
            grade.rulebook_id = contribution.rulebook_id
            and grade.subject_key = contribution.subject_key
            and grade.facet = contribution.facet
            and indicator.indicator_id = contribution.indicator_id
    where indicator.rulebook_id = grade.rulebook_id
) as total
where total.unclamped > rulebook.highest_score or total.unclamped < rulebook.lowest_score
union all
select
    grade.rulebook_id, grade.subject_key, grade.facet,
    2000000001 as position,
    'limit' as line_kind,
    limit_hit.limit_id as indicator_id,
    '等级限制' as path_zh,
    grade_limit.title_zh,
    case when limit_hit.limit_id = grade.limit_id then grade_limit.effect else 'not_deciding' end as status,
    null::numeric as raw_value,
    null::numeric as value,
    null::numeric as factor,
    null::numeric as contribution,
    limit_hit.records,
    limit_hit.holds_until
from sharing.grade
inner join sharing.limit_hit
    on
        grade.rulebook_id = limit_hit.rulebook_id
        and grade.subject_key = limit_hit.subject_key
        and grade.facet = limit_hit.facet
inner join sharing.grade_limit
    on limit_hit.rulebook_id = grade_limit.rulebook_id and limit_hit.limit_id = grade_limit.limit_id;
