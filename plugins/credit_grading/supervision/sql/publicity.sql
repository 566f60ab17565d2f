-- What sharing.publicity has to say: the records behind grades that a rule on publicity speaks of, as they are known
-- now. What a penalty is about is read from its words.
create temporary table publicity on commit drop as
with record as (
    select distinct on (record_key)
        record_key,
        department_id,
        catalogue_item_id,
        case_id,
        occurred_on,
        severity,
        effective_until,
        repaired_on
    from thematic.credit_record
    where
        known_until is null
        and withdrawn_on is null
        and catalogue_item_id in (select rule.catalogue_item_id from supervision.publicity_rule as rule)
    order by record_key, known_from desc
),

penalty as (
    select
        record_key,
        supervision.publicity_matter(concat_ws(' ', offence_kind, penalty_basis, penalty_authority)) as matter
    from thematic_public_credit.administrative_penalty
    where known_until is null
),

behind as (select distinct rulebook_id, subject_key, record_key from pg_temp.evidence)

select
    behind.rulebook_id,
    behind.subject_key,
    behind.record_key,
    record.department_id,
    record.catalogue_item_id,
    record.case_id as document_number,
    record.occurred_on as document_day,
    record.severity,
    period.rule_id,
    period.early_end,
    period.earliest_repair_on,
    period.automatic_end_on,
    record.effective_until as reported_end_on,
    record.repaired_on,
    record.record_key in (
        select objection.disputed_record_key
        from thematic_public_credit.objection
        where
            objection.disputed_record_key is not null
            and objection.known_until is null
            and objection.status in ('accepted', 'under_review')
    ) as is_under_objection
from behind
inner join record on behind.record_key = record.record_key
left join penalty on record.record_key = penalty.record_key
left join lateral supervision.publicity_period(
    record.catalogue_item_id, record.department_id, record.severity, penalty.matter, record.occurred_on
) as period on true
