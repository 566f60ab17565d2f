-- Records that are not repaired, before the first day on which repair may be granted (修复申请) and before the day on which
-- publicity ends by itself (公示期届满), both as mark_records wrote them into sharing.publicity.
insert into true_warning
select
    watched_rule.rule_id, watched_rule.rule_version, publicity.rulebook_id, publicity.subject_key, graded.facet,
    concat_ws(
        '/', publicity.department_id, publicity.catalogue_item_id, publicity.record_key, milestone.name,
        milestone.on_day
    ) as occurrence,
    publicity.department_id,
    milestone.on_day - watched_rule.days_before as since_on,
    jsonb_build_object(
        'until', milestone.on_day, 'milestone', milestone.name, 'record_key', publicity.record_key,
        'document_number', publicity.document_number, 'document_day', publicity.document_day,
        'publicity_rule_id', publicity.rule_id
    ) as evidence,
    format(milestone.said_zh, coalesce(publicity.document_number, publicity.record_key), milestone.on_day) as what_zh
from watched_rule
inner join sharing.publicity on watched_rule.rulebook_id = publicity.rulebook_id
cross join lateral (
    values
    ('repair_possible', publicity.earliest_repair_on, '“%%s”自 %%s 起可以申请信用修复'),
    ('publicity_ends', publicity.automatic_end_on, '“%%s”的公示期将于 %%s 届满')
) as milestone (name, on_day, said_zh)
-- publicity is a record's and not a facet's: the subject's first stands for all
inner join lateral (
    select grade.facet from sharing.grade
    where grade.rulebook_id = publicity.rulebook_id and grade.subject_key = publicity.subject_key
    order by grade.facet
    limit 1
) as graded on true
where
    watched_rule.kind = 'publicity_ends'
    and milestone.on_day > %(as_of)s
    and milestone.on_day - watched_rule.days_before <= %(as_of)s
    and (publicity.repaired_on <= %(as_of)s) is not true
