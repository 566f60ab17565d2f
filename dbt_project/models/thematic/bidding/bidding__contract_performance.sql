{{ record_versions('contract_performance') }}

select
    record_key, subject_key, subject_kind, subject_name,
    contract_number, project_name, credit_code, entity_name, client_name, contract_price, performance,
    performance_score, period, assessed_on, assessing_authority, valid_until, withdrawn_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
