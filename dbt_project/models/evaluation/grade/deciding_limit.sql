{{ config(materialized='view') }}
-- Of several limits on one subject the strictest: no_grade first, then the worst grade; on a tie the veto.
with limit_hit as (
    select * from {{ ref('limit_hit') }}
)

select distinct on (rulebook_id, subject_key, facet)
    rulebook_id,
    subject_key,
    facet,
    limit_id,
    effect,
    grade_rank
from limit_hit
order by
    rulebook_id asc,
    subject_key asc,
    facet asc,
    (effect = 'no_grade') desc,
    grade_rank desc,
    (effect = 'veto') desc,
    limit_id asc
