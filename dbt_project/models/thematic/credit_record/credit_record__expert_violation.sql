with record as (select * from {{ ref('procurement__expert_violation') }})

select
    'expert_violation' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'expert_violation' as contract_id, behaviour_code, coalesce(severity, '') as severity,
    occurred_on, occurred_on as effective_from, valid_until as effective_until,
    points as points_declared, points as points_counted, 1::numeric as quantity,
    null::numeric as amount, record_number as case_id, repaired_on, withdrawn_on,
    concat('专家不良行为:', behaviour_code, ',', behaviour, ',扣' || trim_scale(points) || '分') as summary,
    known_from, known_until, batch_id, row_number
from record
