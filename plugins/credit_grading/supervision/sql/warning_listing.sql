-- Listings that count: each record behind a watched limit.
with found as (
    select
        watched_rule.rule_id, watched_rule.rule_version, watched_record.rulebook_id, watched_record.subject_key,
        watched_record.facet,
        watched_record.record_name as occurrence,
        watched_record.department_id,
        coalesce(watched_record.occurred_on, %(as_of)s) as since_on,
        jsonb_build_object(
            'limit_id', watched_rule.limit_id, 'until', watched_record.effective_until, 'record', watched_record.record
        ) as evidence,
        format('%%s：%%s', grade_limit.title_zh, watched_record.record ->> 'summary') as what_zh,
        watched_rule.limit_id
    from watched_rule
    inner join watched_record
        on watched_rule.rulebook_id = watched_record.rulebook_id and watched_rule.limit_id = watched_record.limit_id
    inner join sharing.grade_limit
        on watched_rule.rulebook_id = grade_limit.rulebook_id and watched_rule.limit_id = grade_limit.limit_id
    where watched_rule.kind = 'serious_listing'
)

insert into true_warning
select distinct on (rule_id, rule_version, rulebook_id, subject_key, facet, occurrence)
    rule_id, rule_version, rulebook_id, subject_key, facet, occurrence, department_id, since_on, evidence, what_zh
from found
order by rule_id asc, rule_version asc, rulebook_id asc, subject_key asc, facet asc, occurrence asc, limit_id asc
