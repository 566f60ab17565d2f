{{ record_versions('industry_record') }}

select
    record_key, subject_key, subject_kind, subject_name,
    catalogue_item_id, credit_code, entity_name, behaviour_code, severity, occurred_on, effective_until, points,
    quantity, amount, facet, case_number, withdrawn_on, repaired_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
