{{ record_versions('inspector') }}

select
    record_key, person_key, person_name, department_name, department_code, business_line, certificate_number,
    certificate_valid_until, division_code,
    -- who has left is away, whatever the other column says
    is_active and left_on is null as is_active,
    listed_on, left_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
