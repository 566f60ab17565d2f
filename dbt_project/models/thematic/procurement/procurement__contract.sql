{{ record_versions('procurement_contract') }}

select
    record_key, subject_key, subject_kind, subject_name,
    contract_number, project_number, project_name, credit_code, entity_name, buyer_name, procurement_method, amount,
    signed_on, announced_on, withdrawn_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
