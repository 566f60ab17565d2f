-- By department, who cannot be told by what is known today, why, between how many, and what to do about it.
with identity as (
    select * from {{ ref('reported_identity') }} where known_until is null and subject_kind <> 'coded'
),

reported as (
    select
        said.department_id, identity.subject_key, min(identity.subject_kind) as subject_kind,
        max(identity.identity) filter (where identity.identity_kind = 'name') as subject_name,
        min(identity.known_from) as known_from
    from identity
    cross join unnest(identity.departments) as said (department_id)
    group by said.department_id, identity.subject_key
),

-- names are told apart by day: the last days are today's
resolution as (
    select *
    from {{ ref('subject_resolution') }}
    where known_from <= now() and (known_until > now()) is not false and day_until is null
),

succession as (
    select * from {{ ref('public_credit__entity_succession') }} where known_until is null and not is_withdrawn
),

unresolved as (
    select
        reported.department_id, reported.subject_key, reported.subject_kind, reported.subject_name,
        coalesce(resolution.reason, 'unresolved') as reason, coalesce(resolution.candidates, '{}') as candidates,
        greatest(reported.known_from, resolution.known_from) as known_from
    from reported
    left join resolution on reported.subject_key = resolution.reported_subject_key
    where resolution.subject_key is null
    union all
    select
        succession.department_id, succession.former_credit_code, 'coded', max(succession.former_name),
        resolution.reason, resolution.candidates, resolution.known_from
    from succession
    inner join resolution on succession.former_credit_code = resolution.reported_subject_key
    where resolution.subject_key is null
    group by 1, 2, 5, 6, 7
    union all
    select
        department_id, coalesce(former_credit_code, 'R:' || staging.registration_number(former_registration_number)),
        case when former_credit_code is null then 'registration_number' else 'coded' end, max(former_name), 'split',
        array_agg(distinct subject_key), min(known_from)
    from succession
    where succession_kind = 'split' and coalesce(former_credit_code, former_registration_number) is not null
    group by 1, 2, 3
    union all
    -- acts that say of nobody that they are somebody else now
    select department_id, subject_key, 'coded', max(successor_name), 'unusable_succession', '{}', min(known_from)
    from succession
    where
        case when succession_kind = 'rename'
            then former_name is null or former_credit_code <> subject_key
            else
                former_credit_code = subject_key
                or (former_credit_code is null and staging.registration_number(former_registration_number) is null)
        end
    group by 1, 2
),

advice as (select * from {{ ref('resolution_reason') }})

select
    unresolved.department_id, unresolved.subject_key, unresolved.subject_kind, unresolved.subject_name,
    unresolved.reason, cardinality(unresolved.candidates) as candidate_count, unresolved.candidates,
    advice.title_zh, advice.advice_zh, unresolved.known_from
from unresolved
inner join advice on unresolved.reason = advice.code
