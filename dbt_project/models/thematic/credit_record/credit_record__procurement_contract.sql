with record as (select * from {{ ref('procurement__contract') }})

select
    'procurement_contract' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'procurement_contract' as contract_id, '' as behaviour_code, '' as severity,
    signed_on as occurred_on, signed_on as effective_from, null::date as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    amount, contract_number as case_id, null::date as repaired_on, withdrawn_on,
    concat('政府采购合同:', contract_number, ',', buyer_name, ',', trim_scale(amount), '元') as summary,
    known_from, known_until, batch_id, row_number
from record
