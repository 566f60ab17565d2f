-- Which registered entity bore a name, on which days and as known when; only names that somebody reports. A name that
-- the registry replaced from the same day on, or an earlier one, was a mistake and never borne.
with asked as (
    select distinct identity from {{ ref('reported_identity') }} where identity_kind = 'name'
),

version as (
    select
        *,
        staging.normalised_name(entity_name) as name,
        coalesce(status_on, {{ city_day('known_from') }}) as since,
        -- 吊销 and 迁出 end the registration, not the name
        case
            when registration_status in ('deregistered', 'registration_cancelled') then registered_until
        end as ended_on
    from {{ ref('public_credit__market_entity') }}
),

concerned as (
    select version.*
    from version
    where
        version.record_key in (
            select named.record_key from version as named
            where named.name in (select asked.identity from asked)
        )
),

marked as (
    select *, (name is distinct from lag(name) over (partition by record_key order by known_from)) as begins
    from concerned
),

numbered as (
    select *, count(*) filter (where begins) over (partition by record_key order by known_from) as run
    from marked
),

run as (
    select record_key, run, name, min(since) as since from numbered group by record_key, run, name
),

-- as each version of the registration knows them: its name, and those before
borne as (
    select
        version.record_key, version.subject_key, version.known_from, version.known_until, version.established_on,
        version.ended_on, run.name, run.since, min(later.since) as replaced_on
    from numbered as version
    inner join run on version.record_key = run.record_key and version.run >= run.run
    left join run as later
        on version.record_key = later.record_key and run.run < later.run and version.run >= later.run
    group by 1, 2, 3, 4, 5, 6, 7, 8
),

kept as (
    select
        *,
        case
            when row_number() over (partition by record_key, known_from order by since) = 1 then established_on
            else since
        end as borne_from
    from borne
    where replaced_on is null or replaced_on > since
)

select
    name, subject_key, borne_from as day_from, least(replaced_on, ended_on) as day_until, known_from, known_until
from kept
where name in (select asked.identity from asked)
union all
-- a change of name that the registry reports as such, from before its first version that we hold
select
    staging.normalised_name(former_name), subject_key, null, effective_on, known_from, known_until
from {{ ref('public_credit__entity_succession') }}
where
    succession_kind = 'rename' and not is_withdrawn and former_name is not null
    and (former_credit_code = subject_key) is not false
