with record as (select * from {{ ref('procurement__supplier') }})

select
    'procurement_supplier_registered' as catalogue_item_id, record_key, subject_key as reported_subject_key,
    '' as facet,
    department_id, 'procurement_supplier' as contract_id, '' as behaviour_code, '' as severity,
    registered_on as occurred_on, registered_on as effective_from, left_on as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    null::numeric as amount, null::text as case_id, null::date as repaired_on, null::date as withdrawn_on,
    concat('政府采购供应商:', entity_name) as summary,
    known_from, known_until, batch_id, row_number
from record
