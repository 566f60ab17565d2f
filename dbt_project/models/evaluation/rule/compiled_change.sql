{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- When time alone changes what the records of a rulebook's targets that are not ordered come to, written out as SQL
-- over the records of one subject; limits apart, because they change no score.
with line as (
    select distinct
        rulebook_id,
        purpose = 'limit' as is_limit,
        period,
        catalogue_item_id,
        condition,
        condition = format('catalogue_item_id = %L', catalogue_item_id) as means_whole_item
    from {{ ref('compiled_line') }}
),

-- a line that means every record of an item makes the exacter lines of the item say nothing new
meant as (
    select line.rulebook_id, line.is_limit, line.period, line.condition
    from line
    left join line as whole
        on
            line.rulebook_id = whole.rulebook_id
            and line.is_limit = whole.is_limit
            and line.period = whole.period
            and line.catalogue_item_id = whole.catalogue_item_id
            and whole.means_whole_item
    where not line.means_whole_item and whole.rulebook_id is null
    union all
    select
        rulebook_id,
        is_limit,
        period,
        format(
            'catalogue_item_id in (%s)', string_agg(quote_literal(catalogue_item_id), ', ' order by catalogue_item_id)
        ) as condition
    from line
    where means_whole_item
    group by rulebook_id, is_limit, period
),

of_period as (
    select
        rulebook_id,
        is_limit,
        period,
        format('min(changes_on_%s) filter (where %s)', period, string_agg(condition, ' or ' order by condition))
        as expression
    from meant
    group by rulebook_id, is_limit, period
),

written as (
    select
        rulebook_id,
        is_limit,
        'least(' || string_agg(expression, ', ' order by period) || ')' as expression
    from of_period
    group by rulebook_id, is_limit
)

select
    rulebook_id,
    is_limit,
    expression,
    'changes_on_' || case when is_limit then 'limit_' else '' end || rulebook_id as column_name
from written
