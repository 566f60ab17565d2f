with record as (select * from {{ ref('public_credit__tax_credit_grade') }})

select
    'tax_credit_grade' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'tax_credit_grade' as contract_id, level as behaviour_code, '' as severity,
    evaluated_on as occurred_on, coalesce(valid_from, evaluated_on) as effective_from, valid_until as effective_until,
    evaluation_score as points_declared, evaluation_score as points_counted, 1::numeric as quantity,
    null::numeric as amount, null::text as case_id, null::date as repaired_on, null::date as withdrawn_on,
    concat('纳税信用:', evaluation_year, '年度', level, '级') as summary,
    known_from, known_until, batch_id, row_number
from record
