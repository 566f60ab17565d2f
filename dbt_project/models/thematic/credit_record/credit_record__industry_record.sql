with record as (select * from {{ ref('public_credit__industry_record') }}),

catalogue_item as (select * from {{ ref('catalogue_item') }})

select
    record.catalogue_item_id, record.record_key, record.subject_key as reported_subject_key,
    coalesce(record.facet, '') as facet,
    record.department_id, 'industry_record' as contract_id, coalesce(record.behaviour_code, '') as behaviour_code,
    coalesce(record.severity, '') as severity,
    record.occurred_on, record.occurred_on as effective_from, record.effective_until,
    record.points as points_declared, record.points as points_counted, coalesce(record.quantity, 1) as quantity,
    record.amount, record.case_number as case_id, record.repaired_on, record.withdrawn_on,
    concat(
        coalesce(catalogue_item.title_zh, record.catalogue_item_id), ':', record.entity_name, ',' || record.case_number
    ) as summary,
    record.known_from, record.known_until, record.batch_id, record.row_number
from record
left join catalogue_item on record.catalogue_item_id = catalogue_item.catalogue_item_id
