-- Records, all versions of each, that count no more and were kept long enough: none that a grade was made with that is
-- published or may be put back, none that is disputed, none that counted on the day of a release that may be put back.
create temporary table removable_record on commit drop as
with record as (
    select
        record.contract_id,
        record.record_key,
        rule.rule_id,
        rule.keep_months,
        max(
            case
                when record.known_until is not null then calendar.city_day(record.known_until)
                else coalesce(
                    least(record.effective_until, record.repaired_on, record.withdrawn_on), period.automatic_end_on,
                    'infinity'
                )
            end
        ) as since
    from thematic.credit_record as record
    inner join supervision.retention_rule as rule on record.catalogue_item_id = rule.catalogue_item_id
    left join lateral supervision.publicity_period(
        record.catalogue_item_id, record.department_id, record.severity, null, record.occurred_on
    ) as period on true
    group by record.contract_id, record.record_key, rule.rule_id, rule.keep_months
),

line as (
    select records from sharing.contribution
    union all
    select records from sharing.limit_hit
    union all
    select records from sharing.crosswalk_level
    union all
    select records from superseded.contribution
    union all
    select records from superseded.limit_hit
    union all
    select records from superseded.crosswalk_level
),

needed as (
    select entry.content ->> 'record_key' as record_key
    from line
    cross join lateral jsonb_array_elements(line.records) as entry (content)
    union
    select disputed_record_key
    from thematic_public_credit.objection
    where known_until is null and status in ('accepted', 'under_review') and disputed_record_key is not null
)

select
    rule_id,
    contract_id,
    record_key,
    since
from record
where
    isfinite(since)
    and supervision.is_kept_long_enough(since, keep_months, %(day)s)
    and record_key not in (select needed.record_key from needed where needed.record_key is not null)
    and (
        since > (
            select min(publication.as_of)
            from sharing.publication
            -- a release can be put back as long as what was written over after it is kept
            where publication.publication_id >= (
                select min(kept.publication_id) - 1 from superseded.publication as kept
            )
        )
    ) is not true
