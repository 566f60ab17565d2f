{{ record_versions('honour') }}

select
    record_key, subject_key, subject_kind, subject_name,
    entity_name, honour_title, honour_level, awarding_authority, points, awarded_on, valid_until, document_number,
    withdrawn_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
