with record as (select * from {{ ref('procurement__expert_review') }})

select
    'expert_review' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'expert_review' as contract_id, evaluating_side as behaviour_code, '' as severity,
    reviewed_on as occurred_on, reviewed_on as effective_from, null::date as effective_until,
    score as points_declared, score as points_counted, 1::numeric as quantity,
    null::numeric as amount, project_number as case_id, null::date as repaired_on, withdrawn_on,
    concat('专家履职评价:', project_number, ',', trim_scale(score), '分') as summary,
    known_from, known_until, batch_id, row_number
from record
