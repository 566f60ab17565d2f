-- Which records stand behind which published grades, once each.
create temporary table evidence on commit drop as
with line as (
    select rulebook_id, subject_key, facet, records from sharing.contribution
    union all
    select rulebook_id, subject_key, facet, records from sharing.limit_hit
    union all
    select rulebook_id, subject_key, facet, records from sharing.crosswalk_level
)

select distinct
    line.rulebook_id,
    line.subject_key,
    line.facet,
    record.content ->> 'record_key' as record_key
from line
cross join lateral jsonb_array_elements(line.records) as record (content)
