-- Recorded acts of experts, every one that the run knows, also those that have ended or were withdrawn.
with {{ released_record('expert_violation') }},

violation as (select * from {{ ref('procurement__expert_violation') }})

select
    record.record_key,
    record.subject_key,
    violation.record_number,
    violation.behaviour_code,
    violation.behaviour,
    violation.severity,
    violation.points,
    violation.project_number,
    violation.deciding_authority,
    violation.occurred_on,
    record.effective_until as valid_until,
    record.repaired_on,
    record.withdrawn_on
from record
inner join violation on {{ is_version_of('violation') }}
