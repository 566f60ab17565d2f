with record as (select * from {{ ref('bidding__contract_performance') }})

select
    'contract_performance' as catalogue_item_id, record_key, subject_key as reported_subject_key,
    contract_number as facet,
    department_id, 'contract_performance' as contract_id, performance as behaviour_code, '' as severity,
    assessed_on as occurred_on, assessed_on as effective_from, valid_until as effective_until,
    performance_score as points_declared, performance_score as points_counted, 1::numeric as quantity,
    contract_price as amount, contract_number as case_id, null::date as repaired_on, withdrawn_on,
    concat(
        '合同履约:', contract_number, ',' || project_name, ',',
        case performance when 'on_time' then '按期' when 'late' then '逾期' else '违约' end
    ) as summary,
    known_from, known_until, batch_id, row_number
from record
