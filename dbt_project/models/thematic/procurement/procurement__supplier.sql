{{ record_versions('procurement_supplier') }}

select
    record_key, subject_key, subject_kind, subject_name,
    credit_code, entity_name, supplier_kind, registered_on, left_on, division_code,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
