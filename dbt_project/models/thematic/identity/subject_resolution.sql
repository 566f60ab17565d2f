-- Whom a reported subject turned out to be, for records of which days, as known when. Of all that identifies it the
-- first in order decides; where that leads to several entities, subject_key is empty and nothing is guessed.
with identity as (select * from {{ ref('reported_identity') }} where subject_kind <> 'coded'),

registered as (select * from {{ ref('registered_identity') }}),

succession as (select * from {{ ref('succession') }}),

evidence as (
    select
        identity.subject_key as reported_subject_key, registered.place, registered.reason, registered.subject_key,
        registered.day_from, registered.day_until,
        greatest(identity.known_from, registered.known_from) as known_from,
        least(identity.known_until, registered.known_until) as known_until
    from identity
    inner join registered
        on
            identity.identity_kind = registered.identity_kind and identity.identity = registered.identity
            and identity.department_id is not distinct from registered.department_id
            and (identity.known_from < registered.known_until) is not false
            and (registered.known_from < identity.known_until) is not false
),

moment as (
    select reported_subject_key, known_from, known_until from evidence
    union
    select evidence.reported_subject_key, succession.known_from, succession.known_until
    from evidence
    inner join succession on evidence.subject_key = succession.former_key
),

{{ cut_periods('moment', 'reported_subject_key') }},

day_begin as (
    select reported_subject_key, day_from from evidence
    union
    select reported_subject_key, day_until from evidence where day_until is not null
    union
    select reported_subject_key, '-infinity' from evidence
),

day_span as (
    select
        reported_subject_key, day_from,
        lead(day_from) over (partition by reported_subject_key order by day_from) as day_until
    from day_begin
),

-- the entity that bears the identity, or who stands in its place by then
candidate as (
    select
        evidence.reported_subject_key, day_span.day_from, day_span.day_until, moment_period.known_from,
        moment_period.known_until, evidence.place, evidence.reason,
        coalesce(succession.subject_key, evidence.subject_key) as subject_key
    from evidence
    inner join moment_period
        on
            evidence.reported_subject_key = moment_period.reported_subject_key
            and {{ known_during('moment_period', 'evidence') }}
    inner join day_span
        on
            evidence.reported_subject_key = day_span.reported_subject_key
            and evidence.day_from <= day_span.day_from
            and (day_span.day_from < evidence.day_until) is not false
    left join succession
        on
            evidence.subject_key = succession.former_key and {{ known_during('moment_period', 'succession') }}
),

decided as (
    select distinct on (reported_subject_key, day_from, known_from)
        reported_subject_key, day_from, day_until, known_from, known_until, reason,
        array_agg(distinct subject_key) as candidates
    from candidate
    group by reported_subject_key, day_from, day_until, known_from, known_until, reason, place
    order by reported_subject_key, day_from, known_from, place
),

resolved as (
    select
        reported_subject_key, day_from, day_until, known_from, known_until,
        case when cardinality(candidates) = 1 then candidates[1] end as subject_key,
        case
            when cardinality(candidates) = 1 then reason else 'ambiguous_' || replace(reason, 'unique_', '')
        end as reason,
        candidates
    from decided
    union all
    select
        former_key, '-infinity'::date, null::date, known_from, known_until, subject_key, reason, candidates
    from succession
),

-- one row for as long as the answer stays the same
marked as (
    select
        *,
        (
            reason is distinct from lag(reason) over earlier
            or candidates is distinct from lag(candidates) over earlier
            or known_from is distinct from lag(known_until) over earlier
        ) as begins
    from resolved
    window earlier as (partition by reported_subject_key, day_from order by known_from)
),

numbered as (
    select
        *,
        count(*) filter (where begins) over (partition by reported_subject_key, day_from order by known_from) as run
    from marked
)

select
    reported_subject_key, min(subject_key) as subject_key, min(reason) as reason, min(candidates) as candidates,
    day_from, day_until, min(known_from) as known_from,
    nullif(max(coalesce(known_until, 'infinity')), 'infinity') as known_until
from numbered
group by reported_subject_key, day_from, day_until, run
