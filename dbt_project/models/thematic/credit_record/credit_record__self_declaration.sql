with record as (select * from {{ ref('public_credit__self_declaration') }})

select
    'self_declaration' as catalogue_item_id, record_key, subject_key as reported_subject_key, '' as facet,
    department_id, 'self_declaration' as contract_id, declaration_kind as behaviour_code, '' as severity,
    declared_on as occurred_on, declared_on as effective_from, valid_until as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, coalesce(quantity, 1) as quantity,
    amount, declaration_number as case_id, null::date as repaired_on, withdrawn_on,
    concat('自主申报:', content) as summary,
    known_from, known_until, batch_id, row_number
from record
