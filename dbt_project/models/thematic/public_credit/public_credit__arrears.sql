{{ record_versions('arrears') }}

select
    record_key, subject_key, subject_kind, subject_name,
    credit_code, entity_name, arrears_kind, arrears_item, amount, arrears_from, published_on, settled_on,
    establishing_authority, document_number, withdrawn_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
