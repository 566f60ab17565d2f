{{ record_versions('administrative_licence') }}

select
    record_key, subject_key, subject_kind, subject_name,
    decision_number, document_name, licensee_name, licensee_kind, licensee_credit_code, registration_number,
    organisation_code, licence_kind,
    certificate_name, certificate_number, licence_content, decided_on, valid_from, valid_until, licence_authority,
    licence_authority_code,
    case
        when record_status = 'withdrawn' then coalesce(withdrawn_on, {{ city_day('known_from') }}) else withdrawn_on
    end as withdrawn_on,
    remarks,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
