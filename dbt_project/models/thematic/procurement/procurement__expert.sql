{{ record_versions('procurement_expert') }}

select
    record_key, subject_key, subject_kind, subject_name,
    person_key, person_name, expert_number, review_field, title_level, listed_on, left_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
