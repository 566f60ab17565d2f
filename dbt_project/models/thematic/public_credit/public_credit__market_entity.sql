{{ record_versions('market_entity') }}

select
    record_key, subject_key, subject_kind, subject_name,
    credit_code, entity_name, local_id, registration_number, registration_status, status_on, established_on,
    case
        when registration_status in ('deregistered', 'licence_revoked', 'registration_cancelled', 'moved_out')
            then coalesce(status_on, {{ city_day('known_from') }})
    end as registered_until,
    operating_from, operating_until, industry_code, registered_capital, division_code, registration_authority,
    address, business_scope,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
