with behaviour as (select * from {{ ref('bidding__bad_behaviour') }})

select
    'bidding_bad_behaviour' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'bidding_bad_behaviour' as contract_id, behaviour_code, '' as severity,
    start_on as occurred_on, start_on as effective_from, end_on as effective_until,
    points_declared, points_counted, 1::numeric as quantity,
    null::numeric as amount, document_number as case_id, null::date as repaired_on, withdrawn_on,
    concat('招投标不良行为:', document_number, ',', reason, ',扣', trim_scale(points_counted), '分') as summary,
    known_from, known_until, batch_id, row_number
from behaviour
