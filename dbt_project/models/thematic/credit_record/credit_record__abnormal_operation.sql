with record as (select * from {{ ref('public_credit__abnormal_operation') }})

select
    'abnormal_operation' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'abnormal_operation' as contract_id, '' as behaviour_code, '' as severity,
    listed_on as occurred_on, listed_on as effective_from, removed_on as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    null::numeric as amount, document_number as case_id, null::date as repaired_on, null::date as withdrawn_on,
    concat('经营异常名录:', listing_authority, ',', reason) as summary,
    known_from, known_until, batch_id, row_number
from record
