-- Review experts who are or were listed: the key of the person, the masked name, and nothing else that is personal.
with {{ released_record('procurement_expert_registered') }},

registration as (select * from {{ ref('procurement__expert') }})

select distinct on (record.subject_key)
    record.subject_key,
    registration.person_name,
    registration.expert_number,
    registration.review_field,
    registration.title_level,
    registration.listed_on,
    registration.left_on
from record
inner join registration on {{ is_version_of('registration') }}
order by record.subject_key, registration.left_on desc nulls first, registration.listed_on desc, record.record_key
