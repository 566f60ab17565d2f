-- Every veto, cap or reason not to grade that a subject's records hit, deciding or not, with those records.
with limit_hit as (select * from {{ ref('limit_hit') }}),

limit_evidence as (
    select
        *,
        points as points_full,
        'counts' as role,
        false as is_numerator
    from {{ ref('limit_evidence') }}
),

evidence as (
    select
        rulebook_id,
        subject_key,
        facet,
        limit_id,
        jsonb_agg({{ evidence_record() }} order by occurred_on, record_id) as records
    from limit_evidence
    group by rulebook_id, subject_key, facet, limit_id
)

select
    limit_hit.rulebook_id,
    limit_hit.subject_key,
    limit_hit.facet,
    limit_hit.limit_id,
    limit_hit.holds_until,
    coalesce(evidence.records, '[]'::jsonb) as records
from limit_hit
left join evidence
    on
        limit_hit.subject_key = evidence.subject_key
        and limit_hit.rulebook_id = evidence.rulebook_id
        and limit_hit.facet = evidence.facet
        and limit_hit.limit_id = evidence.limit_id
