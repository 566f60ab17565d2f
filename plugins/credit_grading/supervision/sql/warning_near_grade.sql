-- Scores just above the lower end of the band that decides the grade.
insert into true_warning
select
    watched_rule.rule_id, watched_rule.rule_version, grade.rulebook_id, grade.subject_key, grade.facet,
    '' as occurrence,
    null as department_id,
    publication.as_of as since_on,
    jsonb_build_object(
        'score', grade.score, 'grade', grade.grade, 'lower', grade_band.lower,
        'distance', grade.score - grade_band.lower, 'next_grade', next_band.grade
    ) as evidence,
    format(
        '得分 %%s，距等级 %%s 的下限 %%s 分仅 %%s 分，再低即为 %%s', trim_scale(grade.score), grade.grade,
        trim_scale(grade_band.lower), trim_scale(grade.score - grade_band.lower), next_band.grade
    ) as what_zh
from watched_rule
inner join sharing.grade on watched_rule.rulebook_id = grade.rulebook_id
inner join sharing.grade_band on grade.rulebook_id = grade_band.rulebook_id and grade.grade = grade_band.grade
inner join sharing.grade_band as next_band
    on grade_band.rulebook_id = next_band.rulebook_id and grade_band.rank + 1 = next_band.rank
inner join sharing.publication on grade.publication_id = publication.publication_id
where
    watched_rule.kind = 'near_threshold'
    and watched_rule.limit_id = ''
    and grade.grade_status = 'by_score'
    and grade.score - grade_band.lower between 0 and watched_rule.distance_at_most
