{{ record_versions('procurement_violation') }}

select
    record_key, subject_key, subject_kind, subject_name,
    entity_name, credit_code, address, circumstances, behaviour_code,
    -- the national list is of serious acts and says no more of their gravity
    coalesce(severity, 'serious') collate "C" as severity,
    penalty_result, penalty_basis, document_number, penalised_on, published_on, valid_until, ban_from, ban_until,
    enforcement_authority,
    withdrawn_on, repaired_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
