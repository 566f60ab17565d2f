{{ record_versions('credit_commitment') }}

select
    record_key, subject_key, subject_kind, subject_name,
    commitment_number, credit_code, entity_name, commitment_kind, matter, accepting_authority, made_on, due_on,
    performance, verified_on, valid_until, withdrawn_on, repaired_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
