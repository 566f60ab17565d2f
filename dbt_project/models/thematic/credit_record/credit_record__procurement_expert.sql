with record as (select * from {{ ref('procurement__expert') }})

select
    'procurement_expert_registered' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'procurement_expert' as contract_id, '' as behaviour_code, '' as severity,
    listed_on as occurred_on, listed_on as effective_from, left_on as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    null::numeric as amount, expert_number as case_id, null::date as repaired_on, null::date as withdrawn_on,
    concat('评审专家:', expert_number, ',' || review_field) as summary,
    known_from, known_until, batch_id, row_number
from record
