-- The ledger of bad behaviour in bidding: every entry that the run knows, also those that have ended or were withdrawn.
with {{ released_record('bidding_bad_behaviour') }},

behaviour as (select * from {{ ref('bidding__bad_behaviour') }})

select
    record.record_key,
    record.subject_key,
    behaviour.firm_name,
    record.department_id,
    behaviour.document_number,
    coalesce(behaviour.qualification, '') as qualification,
    record.behaviour_code,
    behaviour.reason,
    behaviour.project_name,
    record.points_declared,
    record.points_counted,
    record.effective_from as valid_from,
    record.effective_until as valid_until,
    behaviour.ban_from,
    behaviour.ban_until,
    record.repaired_on,
    record.withdrawn_on
from record
inner join behaviour on {{ is_version_of('behaviour') }}
