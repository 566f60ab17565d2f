-- Until when a snapshot of the construction credit register holds: until the department's next one, as far as
-- that was known. One row per snapshot and state of knowledge.
with record as (select * from {{ ref('bidding__construction_integrity') }}),

snapshot as (
    select department_id, snapshot_date, min(known_from) as known_from
    from record
    group by department_id, snapshot_date
),

succession as (
    select
        earlier.department_id, earlier.snapshot_date, later.snapshot_date as effective_until,
        greatest(earlier.known_from, later.known_from) as known_from
    from snapshot as earlier
    inner join snapshot as later
        on earlier.department_id = later.department_id and earlier.snapshot_date < later.snapshot_date
    union all
    select department_id, snapshot_date, null, known_from from snapshot
),

state as (
    select department_id, snapshot_date, known_from, min(effective_until) as effective_until
    from succession
    group by department_id, snapshot_date, known_from
)

select
    department_id, snapshot_date, known_from,
    lead(known_from) over (partition by department_id, snapshot_date order by known_from) as known_until,
    min(effective_until) over (partition by department_id, snapshot_date order by known_from) as effective_until
from state
