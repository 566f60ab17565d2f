-- The links of subject_resolution: a reported subject that is one entity, for records of these days, as known when. A
-- succession that was announced links from its day on.
select
    reported_subject_key, subject_key, reason, day_from, day_until, known_from,
    case when known_until <= now() then known_until end as known_until
from {{ ref('subject_resolution') }}
where subject_key is not null and known_from <= now()
