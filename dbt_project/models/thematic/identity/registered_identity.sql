-- What identifies a subject with a credit code, in the order in which it is asked: organisation code, registration
-- number, a department's own id, name on the day of the record, name on any day.
{%- set succession = ref('public_credit__entity_succession') %}
with entity as (
    select subject_key, registration_number, known_from from {{ ref('public_credit__market_entity') }}
),

-- a split names no single successor
succession as (
    select * from {{ succession }} where not is_withdrawn and succession_kind <> 'split'
),

coded as (
    select subject_key, min(first_known_from) as known_from
    from {{ ref('reported_subject') }}
    where subject_kind = 'coded'
    group by subject_key
    union all
    select former_credit_code, min(known_from) from {{ succession }} where former_credit_code is not null group by 1
),

numbered as (
    -- numbers are never given again (GS 15-2006), so a former one still identifies
    select
        staging.registration_number(registration_number) as identity, subject_key, min(known_from) as known_from,
        null::timestamptz as known_until
    from entity
    group by staging.registration_number(registration_number), subject_key
    union all
    select staging.registration_number(former_registration_number), subject_key, known_from, known_until
    from succession
),

registered_name as (select * from {{ ref('registered_name') }})

select
    1 as place, 'organisation_code' as reason, 'organisation_code' as identity_kind,
    substr(subject_key, 9, 9) as identity, null::text as department_id, subject_key,
    '-infinity'::date as day_from, null::date as day_until, known_from, null::timestamptz as known_until
from coded
union all
select
    2, 'registration_number', 'registration_number', identity, null, subject_key, '-infinity', null, known_from,
    known_until
from numbered
where identity is not null
union all
select 3, 'local_id', identity_kind, identity, department_id, subject_key, '-infinity', null, known_from, known_until
from {{ ref('reported_identity') }}
where identity_kind = 'local_id' and subject_kind = 'coded'
union all
select
    4, 'unique_registered_name', 'name', name, null, subject_key, coalesce(day_from, '-infinity'), day_until,
    known_from, known_until
from registered_name
where (day_from < day_until) is not false
union all
select 5, 'unique_former_name', 'name', name, null, subject_key, '-infinity', null, known_from, known_until
from registered_name
