{{ record_versions('judgment_debtor') }}

select
    record_key, subject_key, subject_kind, subject_name,
    credit_code, organisation_code, entity_name, debtor_kind, case_number, execution_court, execution_basis_number,
    obligation, amount, performance, conduct, filed_on, published_on, removed_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
