{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- Each target that is not ordered, written out as SQL over the records of one subject: what they come to, as columns
-- named after the number of the target. Only what its way of aggregating asks for is computed.
with line as (
    select
        *,
        -- the condition first: it is cheap, and leaves few records of which the days must be compared
        format('%s and is_active_%s', condition, period) as counts
    from {{ ref('compiled_line') }}
),

joined as (
    select
        target_no, rulebook_id, purpose, aggregate, weighted_by, is_numerator,
        string_agg('(' || counts || ')', ' or ' order by counts) as counts,
        case
            when count(distinct points) = 1 then min(points)
            else '(case '
                || string_agg(format('when %s then %s', counts, points), ' ' order by counts, points) || ' end)'
        end as points
    from line
    group by target_no, rulebook_id, purpose, aggregate, weighted_by, is_numerator
),

target as (
    select
        own.target_no, own.rulebook_id, own.purpose, own.aggregate,
        own.counts, own.points, own.weighted_by,
        numerator.counts as numerator_counts,
        numerator.points as numerator_points
    from joined as own
    left join joined as numerator on own.target_no = numerator.target_no and numerator.is_numerator
    where not own.is_numerator
),

aggregated as (
    select
        target.target_no, target.rulebook_id, target.purpose, part.place, part.name,
        case
            when part.is_needed and part.expression in ('sum(null::numeric)', 'max(null::numeric)') then 'null::numeric'
            when part.is_needed then format('%s filter (where %s)', part.expression, part.counts)
        end as expression
    from target
    cross join lateral (
        values
        (1, 'records', true, 'count(*)', target.counts),
        (
            2, 'total', target.aggregate in ('sum', 'mean', 'ratio', 'limit'),
            format('sum(%s)', target.points || coalesce(' * ' || target.weighted_by, '')), target.counts
        ),
        (
            3, 'numbers', target.aggregate = 'mean' and target.weighted_by is null,
            format('count(%s)', target.points), target.counts
        ),
        (
            4, 'weight_total', target.aggregate = 'mean' and target.weighted_by is not null,
            format('sum(case when %s is not null then %s end)', target.points, target.weighted_by), target.counts
        ),
        (
            5, 'numerator_total', target.numerator_counts is not null,
            format('sum(%s)', target.numerator_points), target.numerator_counts
        ),
        (6, 'highest', target.aggregate in ('maximum', 'limit'), format('max(%s)', target.points), target.counts),
        (7, 'lowest', target.aggregate = 'minimum', format('min(%s)', target.points), target.counts)
    ) as part (place, name, is_needed, expression, counts)
)

select
    target_no,
    rulebook_id,
    purpose,
    string_agg(expression || format(' as %s_%s', name, target_no), ', ' order by place)
        filter (where expression is not null) as columns,
    '(' || target_no || ', ' || string_agg(
        case
            when expression is not null then format('%s_%s', name, target_no)
            when name in ('records', 'numbers') then 'null::bigint'
            else 'null::numeric'
        end,
        ', ' order by place
    ) || ')' as total_row
from aggregated
group by target_no, rulebook_id, purpose
