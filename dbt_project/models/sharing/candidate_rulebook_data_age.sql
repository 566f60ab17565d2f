-- The feeds behind each rulebook: those that deliver, or promised, records of a catalogue item that it or a rulebook
-- whose score it reads looks at. A silent feed is behind every grade: nobody knows what it would have said of whom.
with rulebook_in_force as (select * from {{ ref('rulebook_in_force') }}),

rulebook_dependency as (select * from {{ ref('rulebook_dependency') }}),

catalogue_item as (select * from {{ ref('catalogue_item') }}),

feed_age as (select * from {{ ref('candidate_feed_age') }}),

run as (select * from {{ source('evaluation', 'current_run') }}),

contract as (
    select distinct
        rulebook_dependency.rulebook_id,
        catalogue_item.contract_id
    from rulebook_dependency
    inner join rulebook_in_force on rulebook_dependency.reads_rulebook_id = rulebook_in_force.rulebook_id
    inner join {{ source('rulebook', 'record_line') }} as record_line
        on
            rulebook_in_force.rulebook_id = record_line.rulebook_id
            and rulebook_in_force.rulebook_version = record_line.version
    inner join catalogue_item on record_line.catalogue_item_id = catalogue_item.catalogue_item_id
),

expectation as (
    select
        feed_expectation.department_id,
        feed_expectation.feed_id,
        feed_expectation.contract_id,
        feed_expectation.title_zh
    from {{ source('feed_quality', 'feed_expectation') }} as feed_expectation
    inner join run on feed_expectation.run_id = run.run_id
),

-- also a feed that no department file names any more: its records still count
feed as (
    select department_id, feed_id, contract_id from expectation
    union
    select batch.department_id, batch.feed_id, batch.contract_id
    from {{ source('landing_ledger', 'batch') }} as batch
    inner join run on batch.known_from <= run.knowledge_at
)

select distinct on (contract.rulebook_id, feed.department_id, feed.feed_id)
    contract.rulebook_id,
    feed.department_id,
    feed.feed_id,
    coalesce(expectation.title_zh, feed.department_id || '·' || feed.feed_id) as title_zh,
    feed_age.last_received_at,
    feed_age.last_outcome,
    feed_age.age_days,
    coalesce(feed_age.is_carried_over, true) as is_carried_over,
    feed_age.feed_state,
    feed_age.due_on
from contract
inner join feed on contract.contract_id = feed.contract_id
left join expectation on feed.department_id = expectation.department_id and feed.feed_id = expectation.feed_id
left join feed_age on feed.department_id = feed_age.department_id and feed.feed_id = feed_age.feed_id
order by contract.rulebook_id, feed.department_id, feed.feed_id
