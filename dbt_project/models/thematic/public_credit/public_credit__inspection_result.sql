{{ record_versions('inspection_result') }}

select
    record_key, subject_key, subject_kind, subject_name,
    inspection_number, credit_code, entity_name, inspection_kind, matter, result, findings, inspecting_authority,
    inspected_on, rectified_on, draw_number, withdrawn_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
