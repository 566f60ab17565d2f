{{ record_versions('expert_review') }}

select
    record_key, subject_key, subject_kind, subject_name,
    evaluation_number, person_key, person_name, project_number, project_name, evaluating_side, score, reviewed_on,
    comment, withdrawn_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
