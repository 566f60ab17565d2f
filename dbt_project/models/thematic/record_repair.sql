-- From when on which record is repaired by a decision, as far as it was known: for each record that any decision was
-- ever about, pieces that cover all time. The earliest standing grant counts; a grant that is withdrawn, or that a
-- decision to withdraw follows, is as if it had never been given.
with decision as (
    select
        repaired_record_key as record_key, repaired_on, known_from, known_until,
        case when outcome = 'withdrawn' then coalesce(withdrawn_on, decided_on) end as revokes_on
    from {{ ref('public_credit__credit_repair_decision') }}
    where repaired_record_key is not null
),

moment as (
    select record_key, '-infinity'::timestamptz as known_from from decision
    union
    select record_key, known_from from decision
    union
    select record_key, known_until from decision where known_until is not null
),

standing as (
    select
        moment.record_key, moment.known_from, decision.repaired_on,
        max(decision.revokes_on) over (partition by moment.record_key, moment.known_from) as revoked_on
    from moment
    left join decision
        on
            moment.record_key = decision.record_key
            and decision.known_from <= moment.known_from
            and coalesce(decision.known_until, 'infinity') > moment.known_from
),

repair as (
    select
        record_key, known_from, min(repaired_on) filter (where (repaired_on <= revoked_on) is not true) as repaired_on
    from standing
    group by record_key, known_from
),

changed as (
    select *, lag(repaired_on) over (partition by record_key order by known_from) as previous
    from repair
)

select
    record_key, repaired_on, known_from,
    lead(known_from) over (partition by record_key order by known_from) as known_until
from changed
where known_from = '-infinity' or repaired_on is distinct from previous
