-- Records and lasting limits that are about to stop counting: from so many days before the first day on which they no
-- longer count. The same record behind two watched leaves is one warning.
with found as (
    select
        watched_rule.rule_id, watched_rule.rule_version, watched_record.rulebook_id, watched_record.subject_key,
        watched_record.facet,
        case
            when watched_record.holds_until is null
                then concat_ws('/', watched_record.record_name, watched_record.effective_until)
            else concat_ws('/', 'limit', watched_record.limit_id, watched_record.holds_until)
        end as occurrence,
        case when watched_record.holds_until is null then watched_record.department_id end as department_id,
        ending.on_day - watched_rule.days_before as since_on,
        case
            when watched_record.holds_until is null
                then jsonb_build_object('until', ending.on_day, 'record', watched_record.record)
            else jsonb_build_object('until', ending.on_day, 'limit_id', watched_record.limit_id)
        end as evidence,
        format(
            '“%%s”将于 %%s 届满', coalesce(grade_limit.title_zh, watched_record.record ->> 'summary'), ending.on_day
        ) as what_zh,
        watched_rule.indicator_id
    from watched_rule
    inner join watched_record
        on
            watched_rule.rulebook_id = watched_record.rulebook_id
            and watched_rule.indicator_id = watched_record.indicator_id
            and watched_rule.limit_id = watched_record.limit_id
    cross join lateral (select coalesce(watched_record.holds_until, watched_record.effective_until) as on_day) as ending
    left join sharing.grade_limit
        on
            watched_record.holds_until is not null
            and watched_record.rulebook_id = grade_limit.rulebook_id
            and watched_record.limit_id = grade_limit.limit_id
    where
        watched_rule.kind = 'validity_ends'
        and ending.on_day > %(as_of)s
        and ending.on_day - watched_rule.days_before <= %(as_of)s
)

insert into true_warning
select distinct on (rule_id, rule_version, rulebook_id, subject_key, facet, occurrence)
    rule_id, rule_version, rulebook_id, subject_key, facet, occurrence, department_id, since_on, evidence, what_zh
from found
order by rule_id asc, rule_version asc, rulebook_id asc, subject_key asc, facet asc, occurrence asc, indicator_id asc
