{{ record_versions('serious_dishonesty') }}

select
    record_key, subject_key, subject_kind, subject_name,
    entity_name, list_type, reason, listed_on, removed_on, removal_reason, listing_authority, document_number,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
