with record as (select * from {{ ref('procurement__violation') }})

select
    'procurement_violation' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'procurement_violation' as contract_id, coalesce(behaviour_code, '') as behaviour_code, severity,
    penalised_on as occurred_on, penalised_on as effective_from, valid_until as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    null::numeric as amount, document_number as case_id, repaired_on, withdrawn_on,
    concat('政府采购失信行为:', enforcement_authority, ',', penalty_result) as summary,
    known_from, known_until, batch_id, row_number
from record
