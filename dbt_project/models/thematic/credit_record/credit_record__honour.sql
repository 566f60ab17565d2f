with honour as (select * from {{ ref('public_credit__honour') }})

select
    'honour' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'honour' as contract_id, '' as behaviour_code, honour_level as severity,
    awarded_on as occurred_on, awarded_on as effective_from, valid_until as effective_until,
    points as points_declared, points as points_counted, 1::numeric as quantity,
    null::numeric as amount, document_number as case_id, null::date as repaired_on, withdrawn_on,
    concat('荣誉:', honour_title, ',', awarding_authority) as summary,
    known_from, known_until, batch_id, row_number
from honour
