-- Who stands in the place of a former key, as known when: the end of a chain of mergers, new codes and conversions, and
-- of person keys that were changed. Where several stand there, or the chain bites its tail, nobody does.
with recursive act as (
    select
        former_credit_code as former_key, subject_key as successor_key, succession_kind as reason,
        -- nobody takes a place before the day
        greatest(known_from, effective_on::timestamp at time zone 'Asia/Shanghai') as known_from, known_until
    from {{ ref('public_credit__entity_succession') }}
    where
        -- 分立: who answers for what is for people to decide (民法典 art. 67: all of them, unless agreed otherwise)
        succession_kind in ('absorption', 'consolidation', 'recoding', 'conversion')
        and not is_withdrawn and former_credit_code <> subject_key
    union all
    select former_key, person_key, 'person_key_succession', known_from, null
    from {{ source('landing_ledger', 'person_key_succession') }}
),

edge as (
    select * from act where known_until is null or known_until > known_from
),

{{ cut_periods('edge', 'former_key') }},

successor as (
    select
        edge_period.former_key, edge_period.known_from, edge_period.known_until,
        min(edge.successor_key) as successor_key,
        min(edge.reason) as reason, array_agg(distinct edge.successor_key) as candidates
    from edge_period
    inner join edge on edge_period.former_key = edge.former_key and {{ known_during('edge_period', 'edge') }}
    group by edge_period.former_key, edge_period.known_from, edge_period.known_until
),

chain as (
    select
        former_key, successor_key, reason, candidates, known_from, known_until,
        1 as steps, array[former_key, successor_key] as path, false as is_cycle
    from successor
    where cardinality(candidates) = 1
    union all
    select
        chain.former_key, successor.successor_key, chain.reason, successor.candidates,
        greatest(chain.known_from, successor.known_from), least(chain.known_until, successor.known_until),
        chain.steps + 1, chain.path || successor.successor_key, successor.successor_key = any(chain.path)
    from chain
    inner join successor
        on
            chain.successor_key = successor.former_key and cardinality(successor.candidates) = 1
            and (chain.known_from < successor.known_until) is not false
            and (successor.known_from < chain.known_until) is not false
    where not chain.is_cycle
),

{{ cut_periods('chain', 'former_key') }},

-- of the steps known at a moment the last one counts
reached as (
    select distinct on (chain_period.former_key, chain_period.known_from)
        chain_period.former_key, chain_period.known_from, chain_period.known_until, chain.successor_key, chain.reason,
        chain.candidates, chain.is_cycle
    from chain_period
    inner join chain on chain_period.former_key = chain.former_key and {{ known_during('chain_period', 'chain') }}
    order by chain_period.former_key, chain_period.known_from, chain.steps desc
)

select
    former_key, case when not is_cycle then successor_key end as subject_key,
    case when is_cycle then 'succession_cycle' else reason end as reason, candidates, known_from, known_until
from reached
union all
select former_key, null, 'several_successors', candidates, known_from, known_until
from successor
where cardinality(candidates) > 1
