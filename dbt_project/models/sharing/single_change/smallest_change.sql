{{ config(materialized='table', unlogged=true, schema='evaluation', post_hook='analyze {{ this }}') }}
-- Of the changes that were tried for a grade, the smallest that moves it: upwards the smallest difference of the score,
-- whatever better grade it gives; downwards the nearest worse grade first.
with tried_change as (
    select * from {{ ref('tried_change') }}
),

tried_grade as (
    select * from {{ ref('tried_grade') }}
),

ranked_grade as (
    select * from {{ ref('ranked_grade') }}
)

select distinct on (tried_change.rulebook_id, tried_change.subject_key, tried_grade.facet, tried_change.kind)
    tried_change.rulebook_id,
    tried_change.subject_key,
    tried_grade.facet,
    tried_change.kind,
    tried_change.record_id,
    tried_change.catalogue_item_id,
    tried_change.behaviour_code,
    tried_change.severity,
    tried_grade.rank,
    tried_grade.score
from tried_grade
inner join tried_change on tried_grade.change_key = tried_change.change_key
inner join ranked_grade
    on
        tried_change.subject_key = ranked_grade.subject_key
        and tried_change.rulebook_id = ranked_grade.rulebook_id
        and tried_grade.facet = ranked_grade.facet
where
    (tried_change.kind = 'record_ends' and tried_grade.rank < ranked_grade.rank)
    or (tried_change.kind = 'record_added' and tried_grade.rank > ranked_grade.rank)
order by
    tried_change.rulebook_id asc,
    tried_change.subject_key asc,
    tried_grade.facet asc,
    tried_change.kind asc,
    case when tried_change.kind = 'record_added' then tried_grade.rank end asc,
    -- a grade made elsewhere need not have a score
    coalesce(abs(tried_grade.score - ranked_grade.score), 0) asc,
    tried_change.record_id asc
