-- Points that gathered within so many calendar months, as the rulebook counts them on the day.
insert into true_warning
select
    watched_rule.rule_id, watched_rule.rule_version, watched_record.rulebook_id, watched_record.subject_key,
    watched_record.facet,
    watched_rule.indicator_id as occurrence,
    null as department_id,
    max(watched_record.occurred_on) as since_on,
    jsonb_build_object(
        'points', sum(watched_record.points), 'months', watched_rule.months,
        'points_at_least', watched_rule.points_at_least,
        'records', jsonb_agg(watched_record.record order by watched_record.occurred_on, watched_record.record_name)
    ) as evidence,
    format(
        '%%s 个月内累计记 %%s 分（%%s 条记录），达到 %%s 分', watched_rule.months, trim_scale(sum(watched_record.points)),
        count(*), trim_scale(watched_rule.points_at_least)
    ) as what_zh
from watched_rule
inner join watched_record
    on
        watched_rule.rulebook_id = watched_record.rulebook_id
        and watched_rule.indicator_id = watched_record.indicator_id
where
    watched_rule.kind = 'points_in_period'
    and watched_record.occurred_on <= %(as_of)s
    and (watched_record.occurred_on + make_interval(months => watched_rule.months))::date > %(as_of)s
group by
    watched_rule.rule_id, watched_rule.rule_version, watched_record.rulebook_id, watched_record.subject_key,
    watched_record.facet, watched_rule.indicator_id, watched_rule.months, watched_rule.points_at_least
having sum(watched_record.points) >= watched_rule.points_at_least
