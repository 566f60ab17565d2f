{{ record_versions('abnormal_operation') }}

select
    record_key, subject_key, subject_kind, subject_name,
    credit_code, entity_name, reason, listed_on, listing_authority, document_number, removed_on, removal_reason,
    removal_authority,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
