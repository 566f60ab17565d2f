-- A registered firm with a bad-behaviour record takes part in the bidding market from that record on, as long as it
-- is registered. Known as long as record, link and registration are known together.
with behaviour as (select * from {{ ref('bidding__bad_behaviour') }}),

link as (select * from {{ ref('subject_link') }}),

entity as (select * from {{ ref('public_credit__market_entity') }}),

{{ placement() }},

-- where the spine puts the behaviour, there is the participant
identified as (
    select
        behaviour.*, coalesce(placement.subject_key, behaviour.subject_key) as entity_key,
        greatest(behaviour.known_from, placement.known_from) as both_from,
        least(behaviour.known_until, placement.known_until) as both_until
    from behaviour
    left join placement on {{ stands_at('behaviour', 'subject_key', 'start_on') }}
)

select
    'bidding_participant' as catalogue_item_id, identified.record_key, entity.subject_key as reported_subject_key,
    '' as facet, identified.department_id, 'bidding_bad_behaviour' as contract_id, '' as behaviour_code,
    '' as severity, identified.start_on as occurred_on,
    greatest(identified.start_on, entity.established_on) as effective_from,
    entity.registered_until as effective_until,
    null::numeric as points_declared, null::numeric as points_counted, 1::numeric as quantity,
    null::numeric as amount, identified.document_number as case_id, null::date as repaired_on,
    identified.withdrawn_on,
    concat('招投标市场主体:', entity.entity_name, ',有不良行为记录', identified.document_number) as summary,
    greatest(identified.both_from, entity.known_from) as known_from,
    least(identified.both_until, entity.known_until) as known_until, identified.batch_id, identified.row_number
from identified
inner join entity on identified.entity_key = entity.subject_key
where
    greatest(identified.both_from, entity.known_from)
    < coalesce(least(identified.both_until, entity.known_until), 'infinity')
