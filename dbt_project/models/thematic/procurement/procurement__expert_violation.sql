{{ record_versions('expert_violation') }}

select
    record_key, subject_key, subject_kind, subject_name,
    record_number, person_key, person_name, behaviour_code, behaviour, severity, points, project_number, occurred_on,
    deciding_authority, valid_until, withdrawn_on, repaired_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
