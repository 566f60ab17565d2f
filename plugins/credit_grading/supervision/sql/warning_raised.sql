-- Warnings that hold and were not open: each is raised once for as long as it holds.
insert into sharing.warning_event (
    sequence, event, warning_id, publication_id, as_of, rule_id, rule_version, rulebook_id, subject_key, facet,
    occurrence, department_id, since_on, evidence, message_zh
)
select
    numbered.sequence,
    'raised' as event,
    numbered.sequence as warning_id,
    %(publication_id)s as publication_id,
    %(as_of)s as as_of,
    numbered.rule_id, numbered.rule_version, numbered.rulebook_id, numbered.subject_key, numbered.facet,
    numbered.occurrence, numbered.department_id, numbered.since_on, numbered.evidence,
    format(
        '%%s（%%s%%s）在%%s中，%%s，自 %%s 起。规则：%%s（%%s 版）', grade.subject_name, numbered.subject_key,
        case when numbered.facet <> '' then '，' || numbered.facet else '' end, rulebook.title_zh, numbered.what_zh,
        numbered.since_on, warning_rule.title_zh, numbered.rule_version
    ) as message_zh
from (
    select
        true_warning.*,
        (select coalesce(max(last.sequence), 0) from sharing.warning_event as last)
        + row_number() over (
            order by
                true_warning.rule_id, true_warning.rulebook_id, true_warning.subject_key, true_warning.facet,
                true_warning.occurrence
        ) as sequence
    from true_warning
    where not exists (
        select from supervision.open_warning
        where
            open_warning.rule_id = true_warning.rule_id
            and open_warning.rule_version = true_warning.rule_version
            and open_warning.rulebook_id = true_warning.rulebook_id
            and open_warning.subject_key = true_warning.subject_key
            and open_warning.facet = true_warning.facet
            and open_warning.occurrence = true_warning.occurrence
    )
) as numbered
inner join sharing.grade
    on
        numbered.rulebook_id = grade.rulebook_id
        and numbered.subject_key = grade.subject_key
        and numbered.facet = grade.facet
inner join sharing.rulebook on numbered.rulebook_id = rulebook.rulebook_id
inner join sharing.warning_rule
    on numbered.rule_id = warning_rule.rule_id and numbered.rule_version = warning_rule.rule_version
