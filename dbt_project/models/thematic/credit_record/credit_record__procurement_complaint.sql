with record as (select * from {{ ref('procurement__complaint') }})

select
    -- assumption: what is upheld in part is upheld; its behaviour code tells the two apart
    'procurement_complaint_upheld' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'procurement_complaint' as contract_id, outcome as behaviour_code, '' as severity,
    decided_on as occurred_on, decided_on as effective_from, valid_until as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    null::numeric as amount, decision_number as case_id, null::date as repaired_on, withdrawn_on,
    concat('政府采购投诉成立:', deciding_authority, ',', decision_number) as summary,
    known_from, known_until, batch_id, row_number
from record
where outcome in ('upheld', 'partly_upheld')
