-- Totals just below the threshold of a limit that does not hold. The rule's leaf looks at the limit's records (checked
-- when the rule was read); of those, the ones that are within the limit's own months, with their points before decay.
with counted as (
    select
        watched_rule.rule_id, watched_rule.rule_version, watched_rule.distance_at_most,
        watched_rule.rulebook_id, watched_rule.indicator_id,
        grade_limit.limit_id, grade_limit.title_zh, grade_limit.total_at_least,
        line.catalogue_item_id, line.longest_months
    from watched_rule
    inner join sharing.grade_limit
        on watched_rule.rulebook_id = grade_limit.rulebook_id and watched_rule.limit_id = grade_limit.limit_id
    inner join (
        select distinct rulebook_id, version, target_id, catalogue_item_id, longest_months
        from rulebook.record_line where purpose = 'limit'
    ) as line
        on
            watched_rule.rulebook_id = line.rulebook_id
            and watched_rule.rulebook_version = line.version
            and watched_rule.limit_id = line.target_id
    where watched_rule.kind = 'near_threshold'
),

held as (
    select
        counted.rule_id, counted.rule_version, counted.distance_at_most, counted.limit_id, counted.title_zh,
        counted.total_at_least, watched_record.rulebook_id, watched_record.subject_key, watched_record.facet,
        sum(watched_record.points_full) as total,
        max(watched_record.occurred_on) as since_on,
        jsonb_agg(watched_record.record order by watched_record.occurred_on, watched_record.record_name) as records
    from counted
    inner join watched_record
        on
            counted.rulebook_id = watched_record.rulebook_id
            and counted.indicator_id = watched_record.indicator_id
            and counted.catalogue_item_id = watched_record.catalogue_item_id
    where
        counted.longest_months is null
        or (watched_record.occurred_on + make_interval(months => counted.longest_months))::date > %(as_of)s
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
)

insert into true_warning
select
    rule_id, rule_version, rulebook_id, subject_key, facet,
    limit_id as occurrence,
    null as department_id,
    since_on,
    jsonb_build_object(
        'limit_id', limit_id, 'total', total, 'total_at_least', total_at_least, 'distance', total_at_least - total,
        'records', records
    ) as evidence,
    format(
        '累计记 %%s 分，距“%%s”的 %%s 分相差 %%s 分', trim_scale(total), title_zh, trim_scale(total_at_least),
        trim_scale(total_at_least - total)
    ) as what_zh
from held
where
    total < total_at_least
    and total_at_least - total <= distance_at_most
    and not exists (
        select from sharing.limit_hit
        where
            limit_hit.rulebook_id = held.rulebook_id
            and limit_hit.subject_key = held.subject_key
            and limit_hit.facet = held.facet
            and limit_hit.limit_id = held.limit_id
    )
