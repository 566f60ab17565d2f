{{ record_versions('credit_repair_decision') }}{{ referred_record('repaired_contract', 'decided_on') }}

select
    version.record_key, version.subject_key, version.subject_kind, version.subject_name,
    version.decision_number, version.repaired_contract, version.document_number, version.credit_code,
    version.entity_name, version.repair_kind, version.outcome, version.applied_on, version.decided_on,
    version.deciding_authority, version.reason, version.withdrawn_on,
    referred.referred_record_key as repaired_record_key, referred.match_reason,
    case when version.outcome = 'granted' and version.withdrawn_on is null then version.decided_on end as repaired_on,
    version.department_id, version.batch_id, version.row_number, version.row_hash,
    referred.known_from, referred.known_until
from version
inner join referred on version.record_key = referred.record_key and version.known_from = referred.version_from
where version.known_until is null or version.known_until > version.known_from
