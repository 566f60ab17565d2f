-- Who takes part in the bidding market by what is known today, and why.
with record as (
    select * from {{ ref('credit_record') }} where catalogue_item_id = 'bidding_participant' and known_until is null
),

subject as (select * from {{ ref('subject') }})

select
    record.subject_key,
    min(subject.subject_name) as subject_name,
    min(subject.division_code) as division_code,
    bool_or(record.contract_id = 'market_entity') as is_in_construction,
    bool_or(record.contract_id = 'bidding_bad_behaviour') as has_bad_behaviour,
    min(record.effective_from) as participates_from,
    case when bool_and(record.effective_until is not null) then max(record.effective_until) end as participates_until
from record
inner join subject on record.subject_key = subject.subject_key
where record.withdrawn_on is null
group by record.subject_key
