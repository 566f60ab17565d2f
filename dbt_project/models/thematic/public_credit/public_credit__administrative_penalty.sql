{{ record_versions('administrative_penalty') }}

select
    record_key, subject_key, subject_kind, subject_name,
    decision_number, penalised_name, penalised_kind, penalised_credit_code, registration_number, organisation_code,
    offence_kind, offence_facts,
    penalty_basis, penalty_kind, penalty_content,
    -- 总局令45号 allows no early stop of publicity for these, and publishes no warning alone: our reading of gravity
    case
        when penalty_kind ~ '吊销|降低资质|停产停业|关闭|限制[^、,，;；]*(经营|从业)' then 'serious'
        when penalty_kind ~ '^(警告|通报批评|[、,，;；/ ])+$' then 'minor'
        else 'ordinary'
    end collate "C" as severity,
    fine_amount, confiscated_amount, suspended_licence, decided_on, penalty_valid_until, publicity_until,
    penalty_authority, repaired_on,
    case
        when record_status = 'withdrawn' then coalesce(withdrawn_on, {{ city_day('known_from') }}) else withdrawn_on
    end as withdrawn_on,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
