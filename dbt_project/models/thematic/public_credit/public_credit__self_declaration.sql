{{ record_versions('self_declaration') }}

select
    record_key, subject_key, subject_kind, subject_name,
    declaration_number, credit_code, entity_name, declaration_kind, content, amount, quantity, declared_on,
    verification, verified_on, receiving_authority, valid_until,
    case
        when verification = 'refuted' then coalesce(withdrawn_on, verified_on, {{ city_day('known_from') }})
        else withdrawn_on
    end as withdrawn_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
