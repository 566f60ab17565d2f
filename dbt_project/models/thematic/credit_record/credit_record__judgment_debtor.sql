with record as (select * from {{ ref('public_credit__judgment_debtor') }})

select
    'judgment_debtor' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'judgment_debtor' as contract_id, performance as behaviour_code, '' as severity,
    published_on as occurred_on, published_on as effective_from, removed_on as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    amount, case_number as case_id, null::date as repaired_on, null::date as withdrawn_on,
    concat('失信被执行人:', execution_court, ',', case_number) as summary,
    known_from, known_until, batch_id, row_number
from record
