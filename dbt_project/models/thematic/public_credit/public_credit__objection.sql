{{ record_versions('objection') }}{{ referred_record('disputed_contract', 'filed_on') }}

select
    version.record_key, version.subject_key, version.subject_kind, version.subject_name,
    version.objection_number, version.disputed_contract, version.document_number, version.credit_code,
    version.entity_name, version.matter, version.filed_on, version.status, version.outcome, version.decided_on,
    version.handling_authority,
    referred.referred_record_key as disputed_record_key, referred.match_reason,
    version.department_id, version.batch_id, version.row_number, version.row_hash,
    referred.known_from, referred.known_until
from version
inner join referred on version.record_key = referred.record_key and version.known_from = referred.version_from
where version.known_until is null or version.known_until > version.known_from
