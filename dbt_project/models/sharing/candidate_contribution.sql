-- Lines of the sum that differ from the rulebook's default, each with the records behind it.
with contribution as (select * from {{ ref('contribution') }}),

contribution_evidence as (select * from {{ ref('contribution_evidence') }}),

evidence as (
    select
        rulebook_id,
        subject_key,
        facet,
        indicator_id,
        -- in a fixed order, so that the same evidence is the same value
        jsonb_agg({{ evidence_record() }} order by occurred_on, record_id, role, is_numerator) as records
    from contribution_evidence
    group by rulebook_id, subject_key, facet, indicator_id
)

select
    contribution.rulebook_id,
    contribution.subject_key,
    contribution.facet,
    contribution.indicator_id,
    contribution.status,
    contribution.raw_value,
    contribution.value,
    contribution.factor,
    contribution.contribution,
    coalesce(evidence.records, '[]'::jsonb) as records
from contribution
left join evidence
    on
        contribution.subject_key = evidence.subject_key
        and contribution.rulebook_id = evidence.rulebook_id
        and contribution.facet = evidence.facet
        and contribution.indicator_id = evidence.indicator_id
