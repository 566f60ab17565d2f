with record as (select * from {{ ref('public_credit__professional_title') }})

select
    'professional_title' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'professional_title' as contract_id, title_level as behaviour_code, '' as severity,
    awarded_on as occurred_on, awarded_on as effective_from, valid_until as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    null::numeric as amount, certificate_number as case_id, null::date as repaired_on, withdrawn_on,
    concat('资格职称:', title, ',', awarding_authority) as summary,
    known_from, known_until, batch_id, row_number
from record
