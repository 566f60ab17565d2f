-- 市场主体登记 → registered entity, and participant of the bidding market where its trade is construction.
with entity as (select * from {{ ref('public_credit__market_entity') }}),

item as (
    select 'market_entity_registered' as catalogue_item_id, '' as section
    union all
    -- assumption: whoever is registered in construction (GB/T 4754 section E) takes part in the bidding market
    select 'bidding_participant', 'E'
)

select
    item.catalogue_item_id, entity.record_key, entity.subject_key as reported_subject_key, '' as facet,
    entity.department_id, 'market_entity' as contract_id, '' as behaviour_code, '' as severity,
    entity.established_on as occurred_on, entity.established_on as effective_from,
    entity.registered_until as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    null::numeric as amount, entity.credit_code as case_id, null::date as repaired_on, null::date as withdrawn_on,
    concat('登记注册:', entity.entity_name, ',', to_char(entity.established_on, 'YYYY-MM-DD'), '成立') as summary,
    entity.known_from, entity.known_until, entity.batch_id, entity.row_number
from entity
inner join item on left(coalesce(entity.industry_code, ''), length(item.section)) = item.section
