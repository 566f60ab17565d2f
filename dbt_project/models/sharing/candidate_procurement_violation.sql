-- Violations in procurement: every one that the run knows, also those that have ended or were withdrawn.
with {{ released_record('procurement_violation') }},

violation as (select * from {{ ref('procurement__violation') }})

select
    record.record_key,
    record.subject_key,
    violation.entity_name,
    record.department_id,
    violation.document_number,
    violation.behaviour_code,
    record.severity,
    violation.circumstances,
    violation.penalty_result,
    violation.penalty_basis,
    violation.enforcement_authority,
    violation.penalised_on,
    record.effective_until as valid_until,
    violation.ban_from,
    violation.ban_until,
    record.repaired_on,
    record.withdrawn_on
from record
inner join violation on {{ is_version_of('violation') }}
