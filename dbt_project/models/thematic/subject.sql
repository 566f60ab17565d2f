with reported as (select * from {{ ref('reported_subject') }}),

registered as (select * from {{ ref('public_credit__market_entity') }} where known_until is null),

-- names are told apart by day: the last days are today's
resolution as (
    select *
    from {{ ref('subject_resolution') }}
    where known_from <= now() and (known_until > now()) is not false and day_until is null
),

division as (select * from {{ ref('division') }})

select
    reported.subject_key,
    reported.subject_kind,
    coalesce(
        registered.entity_name, reported.subject_name,
        -- a name is no condition of being graded
        case reported.subject_kind when 'person' then '姓名未报送' else '名称未报送' end
    ) as subject_name,
    coalesce(nullif(division.replaced_by, ''), division.division_code) as division_code,
    registered.registration_status,
    reported.department_id,
    resolution.subject_key as resolved_to,
    coalesce(resolution.reason, case reported.subject_kind
        when 'coded' then 'credit_code'
        when 'person' then 'person_key'
        else 'unresolved'
    end) as resolution_reason,
    reported.first_known_from
from reported
left join registered on reported.subject_key = registered.subject_key
left join division on registered.division_code = division.division_code
left join resolution on reported.subject_key = resolution.reported_subject_key
