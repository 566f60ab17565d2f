{{ record_versions('bidding_bad_behaviour') }}

select
    record_key, subject_key, subject_kind, subject_name,
    document_number, firm_name, qualification, behaviour_code, reason, project_name, points_declared,
    coalesce(points_counted, points_declared) as points_counted, start_on, validity_months,
    -- calendar months from the start day, the end day itself no longer counts
    coalesce(end_on, (start_on + make_interval(months => validity_months))::date) as end_on, withdrawn_on,
    ban_from, ban_until,
    department_id, batch_id, row_number, row_hash, known_from, known_until
from version
where known_until is null or known_until > known_from
