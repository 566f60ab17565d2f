with record as (select * from {{ ref('public_credit__inspection_result') }})

select
    'inspection_result' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'inspection_result' as contract_id, result as behaviour_code, '' as severity,
    inspected_on as occurred_on, inspected_on as effective_from, null::date as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    null::numeric as amount, inspection_number as case_id,
    case when result = 'failed' then rectified_on end as repaired_on, withdrawn_on,
    concat(
        '检查:', inspecting_authority, ',', matter, ',', case result when 'passed' then '通过' else '未通过' end
    ) as summary,
    known_from, known_until, batch_id, row_number
from record
