-- Falls on the city's scale A–E, the one on which grades of all rulebooks compare; grades without a place on it do not.
-- Only releases that stand count: a roll-back takes back every publication after the one that it restores, and what it
-- lowers itself did not fall.
with recursive standing as (
    select max(publication.publication_id) as publication_id from sharing.publication
    union all
    select coalesce(roll_back.restored_publication_id, standing.publication_id - 1)
    from standing
    left join sharing.roll_back on standing.publication_id = roll_back.publication_id
    where standing.publication_id > 1
),

fallen as (
    select
        grade_change.*,
        strpos('ABCDE', grade_change.previous_city_grade) as previous_rank,
        strpos('ABCDE', grade_change.city_grade) as rank,
        strpos('ABCDE', grade.city_grade) as rank_now,
        grade.city_grade as city_grade_now,
        min(strpos('ABCDE', grade_change.city_grade)) over (
            partition by grade_change.rulebook_id, grade_change.subject_key, grade_change.facet
            order by grade_change.sequence
            rows between current row and unbounded following
        ) as best_since
    from concerned
    inner join sharing.grade_change using (rulebook_id, subject_key, facet)
    inner join sharing.grade using (rulebook_id, subject_key, facet)
    inner join standing on grade_change.publication_id = standing.publication_id
    inner join sharing.publication on grade_change.publication_id = publication.publication_id
    where grade.city_grade is not null and publication.kind <> 'roll_back'
),

-- calendar months, half-open: a change of 31 January is within one month until 27 February
in_period as (
    select fallen.*, watched_rule.rule_id, watched_rule.rule_version, watched_rule.kind, watched_rule.levels_at_least
    from watched_rule
    inner join fallen on watched_rule.rulebook_id = fallen.rulebook_id
    where
        watched_rule.kind in ('grade_drop', 'levels_in_period')
        and fallen.previous_city_grade is not null
        and (fallen.as_of + make_interval(months => watched_rule.months))::date > %(as_of)s
),

-- the best grade that was left within the period, and when it was left last
best_left as (
    select distinct on (rule_id, rule_version, rulebook_id, subject_key, facet) *
    from in_period
    where kind = 'levels_in_period'
    order by
        rule_id asc, rule_version asc, rulebook_id asc, subject_key asc, facet asc, previous_rank asc, sequence desc
)

insert into true_warning
select
    rule_id, rule_version, rulebook_id, subject_key, facet,
    sequence::text as occurrence,
    null as department_id,
    as_of as since_on,
    jsonb_build_object(
        'sequence', sequence, 'from_grade', previous_grade, 'from_city_grade', previous_city_grade,
        'to_grade', grade, 'to_city_grade', city_grade, 'levels', rank - previous_rank
    ) as evidence,
    format(
        '等级由 %%s 降为 %%s（全市统一等级 %%s→%%s，下降 %%s 级）', previous_grade, grade, previous_city_grade, city_grade,
        rank - previous_rank
    ) as what_zh
from in_period
where kind = 'grade_drop' and rank - previous_rank >= levels_at_least and best_since > previous_rank
union all
select
    rule_id, rule_version, rulebook_id, subject_key, facet,
    '' as occurrence,
    null as department_id,
    as_of as since_on,
    jsonb_build_object(
        'sequence', sequence, 'from_city_grade', previous_city_grade, 'to_city_grade', city_grade_now,
        'levels', rank_now - previous_rank
    ) as evidence,
    format(
        '全市统一等级由 %%s 降至 %%s，累计下降 %%s 级', previous_city_grade, city_grade_now, rank_now - previous_rank
    ) as what_zh
from best_left
where rank_now - previous_rank >= levels_at_least
