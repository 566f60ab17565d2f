with record as (select * from {{ ref('public_credit__arrears') }})

select
    -- what was owed and is paid is put right: it ends as a repaired record does
    'arrears' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'arrears' as contract_id, arrears_kind as behaviour_code, '' as severity,
    published_on as occurred_on, published_on as effective_from, null::date as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    amount, document_number as case_id, settled_on as repaired_on, withdrawn_on,
    concat('欠缴:', establishing_authority, ',' || arrears_item, ',', trim_scale(amount), '元') as summary,
    known_from, known_until, batch_id, row_number
from record
