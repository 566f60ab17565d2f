{{ record_versions('entity_succession') }}

select
    record_key, subject_key, subject_kind, subject_name, document_number, former_credit_code,
    former_registration_number, former_name, successor_credit_code, successor_name, succession_kind, effective_on,
    coalesce(record_status, 'in_force') = 'withdrawn' as is_withdrawn,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
