{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- The conditions of each limit that is not ordered, as one select over subject_total; one of them is enough, and
-- without any one record is.
with target_in_force as (
    select * from {{ ref('target_in_force') }} where purpose = 'limit' and not is_ordered
),

grade_limit as (
    select * from {{ source('rulebook', 'grade_limit') }}
)

select
    target_in_force.target_no,
    format(
        'select subject_total.subject_key, %1$s as target_no, ''''::text collate "C" as facet,'
        ' null::date as holds_until'
        ' from __subject_total__ as subject_total'
        ' where subject_total.records_%1$s > 0 and (%2$s) and __is_evaluated__',
        target_in_force.target_no,
        coalesce(
            nullif(concat_ws(
                ' or ',
                format('subject_total.total_%s >= ', target_in_force.target_no) || grade_limit.total_at_least,
                format('subject_total.highest_%s >= ', target_in_force.target_no) || grade_limit.single_at_least,
                format('subject_total.records_%s >= ', target_in_force.target_no) || grade_limit.count_at_least
            ), ''),
            'true'
        )
    ) as limit_sql
from target_in_force
inner join grade_limit
    on
        target_in_force.rulebook_id = grade_limit.rulebook_id
        and target_in_force.rulebook_version = grade_limit.version
        and target_in_force.target_id = grade_limit.limit_id
