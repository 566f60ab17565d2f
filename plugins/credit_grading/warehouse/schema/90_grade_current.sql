create schema if not exists supervision;

-- Everything about a published grade that its reader asks first, in one row per grade of sharing.grade.
-- security_invoker: the row policies of the tables beneath apply to whoever reads the view.
create or replace view sharing.grade_current with (security_invoker = true) as
select
    grade.rulebook_id,
    rulebook.title_zh as rulebook_title_zh,
    grade.rulebook_version,
    grade.subject_key,
    grade.subject_name,
    grade.facet,
    grade.division_code,
    grade.score,
    grade.grade,
    band.title_zh as grade_title_zh,
    grade.city_grade,
    -- 渝信用办征求意见稿（2020）第 3 项：统一划分为五档
    case grade.city_grade
        when 'A' then '优秀' when 'B' then '良好' when 'C' then '中等' when 'D' then '较差' when 'E' then '差'
    end as city_grade_title_zh,
    grade.grade_status,
    concat_ws(
        '；',
        '外部等级：' || crosswalk_level.level,
        moved.lines_zh,
        case grade_limit.effect
            when 'veto' then format('%s，直接定为 %s', grade_limit.title_zh, grade_limit.grade)
            when 'cap' then format('%s，等级不得高于 %s', grade_limit.title_zh, grade_limit.grade)
            when 'no_grade' then grade_limit.title_zh || '，不评级'
        end,
        case grade.grade_status
            when 'condition' then '更好等级的条件未满足'
            when 'insufficient_data' then '数据不足，不评级'
        end
    ) as reasons_zh,
    coalesce(supervision.measures_zh, '{}') as measures_zh,
    supervision.inspection_ratio_percent,
    supervision.inspections_per_year,
    grade.gap_to_next_band,
    grade.next_change_on,
    grade.as_of as changed_as_of,
    grade.publication_id as changed_publication_id,
    newest.as_of,
    newest.publication_id,
    age.oldest_age_days,
    coalesce(age.carried_over_feeds, 0) as carried_over_feeds
from sharing.grade
cross join (select publication_id, as_of from sharing.publication order by publication_id desc limit 1) as newest
left join sharing.rulebook on grade.rulebook_id = rulebook.rulebook_id
-- a crosswalk may reach one grade from several levels
left join (
    select distinct on (rulebook_id, grade) rulebook_id, grade, title_zh
    from sharing.grade_band
    order by rulebook_id, grade, rank
) as band on grade.rulebook_id = band.rulebook_id and grade.grade = band.grade
left join sharing.grade_limit on grade.rulebook_id = grade_limit.rulebook_id and grade.limit_id = grade_limit.limit_id
left join sharing.crosswalk_level
    on
        grade.rulebook_id = crosswalk_level.rulebook_id
        and grade.subject_key = crosswalk_level.subject_key
        and grade.facet = crosswalk_level.facet
left join (
    select
        rulebook_id,
        grade,
        array_agg(measure_zh order by position) as measures_zh,
        max(inspection_ratio_percent) as inspection_ratio_percent,
        max(inspections_per_year) as inspections_per_year
    from sharing.measure
    group by rulebook_id, grade
) as supervision on grade.rulebook_id = supervision.rulebook_id and grade.grade = supervision.grade
left join (
    select
        rulebook_id,
        max(age_days) as oldest_age_days,
        count(*) filter (where is_carried_over) as carried_over_feeds
    from sharing.rulebook_data_age
    group by rulebook_id
) as age on grade.rulebook_id = age.rulebook_id
left join lateral (
    select string_agg(largest.line_zh, '；' order by largest.size desc, largest.position) as lines_zh
    from (
        select
            indicator.position,
            abs(contribution.contribution - indicator.default_contribution) as size,
            format(
                '%s%s %s 分',
                indicator.title_zh,
                case when contribution.contribution < indicator.default_contribution then '减' else '加' end,
                trim_scale(round(abs(contribution.contribution - indicator.default_contribution), 2))
            ) as line_zh
        from sharing.contribution
        inner join sharing.indicator
            on
                contribution.rulebook_id = indicator.rulebook_id
                and contribution.indicator_id = indicator.indicator_id
        where
            contribution.rulebook_id = grade.rulebook_id
            and contribution.subject_key = grade.subject_key
            and contribution.facet = grade.facet
            and contribution.status = 'hit'
            and contribution.contribution <> indicator.default_contribution
        order by size desc, indicator.position
        -- as many as one cell of a table can say (本项目假设); sharing.grade_explained has all of them
        limit 3
    ) as largest
) as moved on true;
