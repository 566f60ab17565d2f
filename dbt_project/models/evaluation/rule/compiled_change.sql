{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- When time alone changes what the records of a rulebook's targets that are not ordered come to, written out as SQL
-- over the records of one subject; limits apart, because they change no score.
with line as (
    select distinct
        rulebook_id,
        purpose = 'limit' as is_limit,
        period,
        condition
    from {{ ref('compiled_line') }}
),

written as (
    select
        rulebook_id,
        is_limit,
        'least(' || string_agg(
            format('min(changes_on_%s) filter (where %s)', period, condition), ', ' order by period, condition
        ) || ')' as expression
    from line
    group by rulebook_id, is_limit
)

select
    rulebook_id,
    is_limit,
    expression,
    'changes_on_' || case when is_limit then 'limit_' else '' end || rulebook_id as column_name
from written
