with reported as (select * from {{ ref('reported_subject') }}),

registered as (select * from {{ ref('public_credit__market_entity') }} where known_until is null),

link as (select * from {{ ref('subject_link') }} where known_until is null),

division as (select * from {{ ref('division') }})

select
    reported.subject_key,
    reported.subject_kind,
    coalesce(registered.entity_name, reported.subject_name) as subject_name,
    coalesce(nullif(division.replaced_by, ''), division.division_code) as division_code,
    registered.registration_status,
    reported.department_id,
    link.subject_key as resolved_to,
    case
        when reported.subject_kind = 'coded' then 'credit_code'
        when reported.subject_kind = 'person' then 'person_key'
        when link.subject_key is not null then link.reason
        else 'unresolved'
    end as resolution_reason,
    reported.first_known_from
from reported
left join registered on reported.subject_key = registered.subject_key
left join division on registered.division_code = division.division_code
left join link on reported.subject_key = link.reported_subject_key
