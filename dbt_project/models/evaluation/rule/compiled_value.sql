{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- Each scored leaf of a compiled rulebook, written out as SQL over a subject's totals: factor × value, with the
-- numbers of the rulebook. The same arithmetic as in contribution_line, which stays the way to the single lines.
with rulebook as (
    select * from {{ ref('rulebook_in_force') }} where is_compiled
),

leaf as (
    select
        indicator_leaf.*,
        target_in_force.target_no,
        case
            when indicator_leaf.source = 'rulebook_score'
                then format('upstream_%s.score', indicator_leaf.source_rulebook_id)
            else case indicator_leaf.aggregate
                when 'count' then 'records_%1$s'
                when 'sum' then 'coalesce(total_%1$s, 0)'
                when 'maximum' then 'highest_%1$s'
                when 'minimum' then 'lowest_%1$s'
                when 'mean' then case
                    when indicator_leaf.weighted_by is null then '{{ quotient('total_%1$s', 'numbers_%1$s') }}'
                    else '{{ quotient('total_%1$s', 'weight_total_%1$s') }}'
                end
                when 'ratio' then '{{ quotient('coalesce(numerator_total_%1$s, 0)', 'total_%1$s') }}'
            end
        end as raw_pattern
    from {{ ref('indicator_leaf') }} as indicator_leaf
    inner join rulebook on indicator_leaf.rulebook_id = rulebook.rulebook_id
    left join {{ ref('target_in_force') }} as target_in_force
        on
            indicator_leaf.rulebook_id = target_in_force.rulebook_id
            and indicator_leaf.indicator_id = target_in_force.target_id
            and target_in_force.purpose = 'indicator'
    where indicator_leaf.factor <> 0
),

named as (
    select leaf.*, format(leaf.raw_pattern, leaf.target_no) as raw
    from leaf
),

band as (
    select
        band.rulebook_id, band.version, band.indicator_id,
        string_agg(
            case
                when band.upper is not null then format('when __raw__ < (%s) then (%s)', band.upper, band.value)
                else format('when true then (%s)', band.value)
            end,
            ' ' order by band.lower nulls first
        ) as steps
    from {{ source('rulebook', 'indicator_band') }} as band
    group by band.rulebook_id, band.version, band.indicator_id
),

scaled as (
    select
        named.rulebook_id,
        named.indicator_id,
        named.source_rulebook_id,
        named.factor,
        named.raw,
        named.value_when_missing,
        case named.scale
            when 'bands' then 'case ' || replace(band.steps, '__raw__', named.raw) || ' end'
            when 'goalposts' then format(
                'greatest(0, least(100, {{ quotient('100 * (%s - (%s))', '(%s) - (%s)') }}))',
                named.raw, named.goalpost_worst, named.goalpost_best, named.goalpost_worst
            )
            else format(
                'least(greatest((%s) + (%s) * %s, %s), %s)',
                named.linear_intercept, named.linear_slope, named.raw,
                coalesce(named.lowest_value::text, 'null'), coalesce(named.highest_value::text, 'null')
            )
        end as value
    from named
    left join band
        on
            named.rulebook_id = band.rulebook_id
            and named.rulebook_version = band.version
            and named.indicator_id = band.indicator_id
)

select
    rulebook_id,
    indicator_id,
    source_rulebook_id,
    format('(%s) * ', factor)
    || case
        when value_when_missing is null then value
        else format('case when %s is null then (%s) else %s end', raw, value_when_missing, value)
    end as line
from scaled
