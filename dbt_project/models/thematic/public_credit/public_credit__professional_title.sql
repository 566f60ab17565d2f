{{ record_versions('professional_title') }}

select
    record_key, subject_key, subject_kind, subject_name,
    certificate_number, person_key, person_name, firm_credit_code, firm_name, title, title_level, speciality,
    awarding_authority, awarded_on, valid_until, withdrawn_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
