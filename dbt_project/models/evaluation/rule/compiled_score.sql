{{ config(unlogged=true, post_hook='analyze {{ this }}') }}
-- Each compiled rulebook as one select over subject_total: start + Σ value × factor, with the numbers of the rulebook
-- written out.
with rulebook as (
    select * from {{ ref('rulebook_in_force') }} where is_compiled
),

compiled_value as (
    select * from {{ ref('compiled_value') }}
),

summed as (
    select rulebook_id, string_agg(line, E'\n + ' order by indicator_id) as lines
    from compiled_value
    group by rulebook_id
),

-- best first, and without gaps: only the lower bounds need be asked
grade as (
    select
        rulebook_id, version,
        string_agg(
            case
                when lower is null then format('when true then %s', rank)
                else format(
                    'when clamped.score %s (%s) then %s', case when lower_included then '>=' else '>' end, lower, rank
                )
            end,
            ' ' order by rank
        ) as steps
    from {{ source('rulebook', 'grade_band') }}
    group by rulebook_id, version
),

change as (
    select
        rulebook.rulebook_id,
        string_agg('subject_total.' || compiled_change.column_name, ', ' order by compiled_change.column_name)
        as columns
    from rulebook
    inner join {{ ref('rulebook_dependency') }} as rulebook_dependency
        on rulebook.rulebook_id = rulebook_dependency.rulebook_id
    inner join {{ ref('compiled_change') }} as compiled_change
        on
            rulebook_dependency.reads_rulebook_id = compiled_change.rulebook_id
            -- a limit of another rulebook changes that rulebook's grade, never its score
            and (not compiled_change.is_limit or rulebook.rulebook_id = compiled_change.rulebook_id)
    group by rulebook.rulebook_id
),

upstream as (
    select
        rulebook_id,
        string_agg(
            distinct format(
                ' left join __score__ as upstream_%1$s on subject_total.subject_key = upstream_%1$s.subject_key'
                ' and upstream_%1$s.rulebook_id = %1$L',
                source_rulebook_id
            ),
            ''
        ) as joins
    from compiled_value
    where source_rulebook_id is not null
    group by rulebook_id
)

select
    rulebook.rulebook_id,
    rulebook.stage,
    format(
        'select %1$L::text collate "C" as rulebook_id, %2$L::text collate "C" as rulebook_version,'
        ' subject_total.subject_key, ''''::text collate "C" as facet, false as is_unknown,'
        ' summed.unclamped_score, clamped.score, case %10$s end as reached_rank, least(%9$s) as changes_on'
        ' from __subject_total__ as subject_total%5$s'
        -- offset 0: computed once, not wherever the name stands
        ' cross join lateral (select (%3$s) + %4$s as unclamped_score offset 0) as summed'
        ' cross join lateral ('
        'select least(greatest(summed.unclamped_score, %11$s), %12$s) as score offset 0) as clamped'
        ' where __stage__ = %6$s and records_%7$s > 0 and __is_evaluated__ and %8$s',
        rulebook.rulebook_id,
        rulebook.rulebook_version,
        rulebook.start_score,
        coalesce(summed.lines, '0'),
        coalesce(upstream.joins, ''),
        rulebook.stage,
        target_in_force.target_no,
        {{ written_subject_kind('rulebook.population_subject_kinds') }},
        change.columns,
        grade.steps,
        coalesce(rulebook.lowest_score::text, 'null'),
        coalesce(rulebook.highest_score::text, 'null')
    ) as score_sql
from rulebook
inner join {{ ref('target_in_force') }} as target_in_force
    on rulebook.rulebook_id = target_in_force.rulebook_id and target_in_force.purpose = 'population'
inner join grade on rulebook.rulebook_id = grade.rulebook_id and rulebook.rulebook_version = grade.version
inner join change on rulebook.rulebook_id = change.rulebook_id
left join summed on rulebook.rulebook_id = summed.rulebook_id
left join upstream on rulebook.rulebook_id = upstream.rulebook_id
