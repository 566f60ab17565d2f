{{ record_versions('tax_credit_grade') }}

select
    record_key, subject_key, subject_kind, subject_name,
    credit_code, entity_name, evaluation_year, level, evaluation_score, evaluation_authority, evaluated_on,
    valid_from, valid_until,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
