with record as (select * from {{ ref('public_credit__administrative_licence') }})

select
    'administrative_licence' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'administrative_licence' as contract_id, licence_kind as behaviour_code, '' as severity,
    decided_on as occurred_on, coalesce(valid_from, decided_on) as effective_from, valid_until as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    null::numeric as amount, decision_number as case_id, null::date as repaired_on, withdrawn_on,
    concat('行政许可:', licence_authority, ',', decision_number) as summary,
    known_from, known_until, batch_id, row_number
from record
