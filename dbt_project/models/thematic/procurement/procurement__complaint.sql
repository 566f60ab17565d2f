{{ record_versions('procurement_complaint') }}

select
    record_key, subject_key, subject_kind, subject_name,
    decision_number, project_number, project_name, credit_code, entity_name, complaint_matter, outcome,
    deciding_authority, decided_on, valid_until, withdrawn_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
