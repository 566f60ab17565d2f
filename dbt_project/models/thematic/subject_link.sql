-- A subject known by name or by a department's own id is a registered entity where exactly one bears its name.
-- Where a second entity of that name appears, the link ends: it is never guessed.
with reported as (
    select subject_key, staging.normalised_name(subject_name) as name
    from {{ ref('reported_subject') }}
    -- persons are never matched by name
    where subject_kind in ('department_local', 'name_only')
),

entity_name as (
    select subject_key, staging.normalised_name(entity_name) as name, min(known_from) as known_from
    from {{ ref('public_credit__market_entity') }}
    group by subject_key, staging.normalised_name(entity_name)
),

bearer as (
    select
        name, subject_key, known_from,
        row_number() over (partition by name order by known_from, subject_key) as place,
        lead(known_from) over (partition by name order by known_from, subject_key) as known_until
    from entity_name
)

select
    reported.subject_key as reported_subject_key,
    bearer.subject_key,
    'unique_registered_name'::text as reason,
    bearer.known_from,
    bearer.known_until
from reported
inner join bearer on reported.name = bearer.name and bearer.place = 1
where bearer.known_until is null or bearer.known_until > bearer.known_from
