-- Registered suppliers of procurement, with what is known of their contracts and complaints on the run's day.
with {{ released_record('procurement_supplier_registered') }},

registration as (select * from {{ ref('procurement__supplier') }}),

-- where one firm took another's place both registrations are its own: the one that still stands, else the newest
supplier as (
    select distinct on (record.subject_key)
        record.subject_key, registration.entity_name, registration.supplier_kind, registration.division_code,
        registration.registered_on, registration.left_on
    from record
    inner join registration on {{ is_version_of('registration') }}
    order by
        record.subject_key, registration.left_on desc nulls first, registration.registered_on desc, record.record_key
),

-- spelled out and not by a join on the registered: few kinds of record, many subjects
work as (
    select
        fact.subject_key,
        count(*) filter (where fact.catalogue_item_id = 'procurement_contract') as contracts_signed,
        sum(fact.amount) filter (where fact.catalogue_item_id = 'procurement_contract') as contract_amount,
        count(*) filter (where fact.catalogue_item_id = 'contract_performance') as contracts_assessed,
        count(*) filter (
            where fact.catalogue_item_id = 'contract_performance' and fact.behaviour_code = 'on_time'
        ) as contracts_on_time,
        count(*) filter (where fact.catalogue_item_id = 'procurement_complaint_upheld') as complaints_upheld
    from {{ ref('credit_record') }} as fact
    cross join run
    where
        fact.catalogue_item_id in ('procurement_contract', 'contract_performance', 'procurement_complaint_upheld')
        and fact.known_from <= run.knowledge_at
        and (fact.known_until > run.knowledge_at) is not false
        and fact.effective_from <= run.as_of
        and (least(fact.effective_until, fact.repaired_on, fact.withdrawn_on) > run.as_of) is not false
    group by fact.subject_key
)

select
    supplier.subject_key,
    supplier.entity_name as supplier_name,
    supplier.supplier_kind,
    supplier.division_code,
    supplier.registered_on,
    supplier.left_on,
    coalesce(work.contracts_signed, 0) as contracts_signed,
    coalesce(work.contract_amount, 0) as contract_amount,
    coalesce(work.contracts_assessed, 0) as contracts_assessed,
    coalesce(work.contracts_on_time, 0) as contracts_on_time,
    coalesce(work.complaints_upheld, 0) as complaints_upheld
from supplier
left join work on supplier.subject_key = work.subject_key
