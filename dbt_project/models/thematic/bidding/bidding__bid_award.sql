{{ record_versions('bid_award') }}

select
    record_key, subject_key, subject_kind, subject_name,
    section_number, project_number, project_name, credit_code, entity_name, bid_on, bid_price, candidate_rank,
    is_awarded, awarded_on, award_price, withdrawn_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
