with record as (select * from {{ ref('public_credit__industry_grade') }})

select
    case record_kind when 'warning' then 'industry_warning' else 'industry_grade' end as catalogue_item_id,
    record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'industry_grade' as contract_id, concat(industry, ':', level) as behaviour_code, '' as severity,
    evaluated_on as occurred_on, evaluated_on as effective_from, least(valid_until, lifted_on) as effective_until,
    evaluation_score as points_declared, evaluation_score as points_counted, 1::numeric as quantity,
    null::numeric as amount, document_number as case_id, null::date as repaired_on, withdrawn_on,
    concat(
        case record_kind when 'warning' then '行业预警:' else '行业信用等级:' end, evaluating_authority, ',', level
    ) as summary,
    known_from, known_until, batch_id, row_number
from record
