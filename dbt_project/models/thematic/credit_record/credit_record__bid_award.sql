-- 投标与中标 → every bid, and the award where it won: each is a fact of its own day and amount.
with record as (select * from {{ ref('bidding__bid_award') }})

select
    fact.catalogue_item_id, record.record_key, record.subject_key as reported_subject_key,
    record.section_number as facet, record.department_id, 'bid_award' as contract_id, '' as behaviour_code,
    '' as severity, fact.occurred_on, fact.occurred_on as effective_from, null::date as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    fact.amount, coalesce(record.project_number, record.section_number) as case_id, null::date as repaired_on,
    record.withdrawn_on,
    concat(fact.title_zh, ':', record.section_number, ',' || record.project_name) as summary,
    record.known_from, record.known_until, record.batch_id, record.row_number
from record
cross join lateral (
    values
    ('bid', '投标', record.bid_on, record.bid_price, true),
    ('bid_award', '中标', coalesce(record.awarded_on, record.bid_on), record.award_price, record.is_awarded)
) as fact (catalogue_item_id, title_zh, occurred_on, amount, is_so)
where fact.is_so
