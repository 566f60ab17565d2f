{{ config(materialized='by_stage', indexes=[{'columns': ['subject_key']}]) }}
-- Scores of the rulebooks of one stage. Compiled rulebooks are one expression over a subject's totals. For the others:
-- start + the default of every leaf, each replaced where something is known; adding (contribution - default) to the
-- sum of defaults is exact in numeric, and needs only the sparse rows. The score of a crosswalk is what its level says.
{%- set compiled = compiled_scores(this) %}
{%- if all_compiled() %}
{{ compiled }}
{%- else %}
with {{ contribution_line(this, stage_placeholder()) }},

{{ subject_change() }},

grade_band as (
    select * from {{ source('rulebook', 'grade_band') }}
),

crosswalk_level as (
    select * from {{ ref('crosswalk_level') }}
    where {{ is_evaluated() }}
),

when_nothing_is_known as (
    select
        rulebook_in_force.rulebook_id,
        rulebook_in_force.start_score + coalesce(sum(indicator_default.default_contribution), 0) as score
    from rulebook_in_force
    left join indicator_default on rulebook_in_force.rulebook_id = indicator_default.rulebook_id
    group by rulebook_in_force.rulebook_id, rulebook_in_force.start_score
),

difference as (
    select
        line.subject_key,
        line.rulebook_id,
        line.facet,
        sum(line.contribution - indicator_default.default_contribution) as points,
        bool_or(line.is_group_unknown) as is_group_unknown
    from line
    inner join indicator_default
        on line.rulebook_id = indicator_default.rulebook_id and line.indicator_id = indicator_default.indicator_id
    group by line.subject_key, line.rulebook_id, line.facet
),

summed as (
    select
        graded.*,
        rulebook_in_force.kind,
        rulebook_in_force.lowest_score,
        rulebook_in_force.highest_score,
        coalesce(difference.is_group_unknown, false)
        or (rulebook_in_force.kind = 'crosswalk' and crosswalk_level.subject_key is null) as is_unknown,
        coalesce(when_nothing_is_known.score + coalesce(difference.points, 0), level_band.level_score)
        as unclamped_score,
        crosswalk_level.rank as level_rank,
        least(subject_change.changes_on, whole_change.shared_changes_on) as changes_on
    from graded
    inner join rulebook_in_force on graded.rulebook_id = rulebook_in_force.rulebook_id
    inner join when_nothing_is_known on graded.rulebook_id = when_nothing_is_known.rulebook_id
    left join difference
        on
            graded.subject_key = difference.subject_key
            and graded.rulebook_id = difference.rulebook_id
            and graded.facet = difference.facet
    left join crosswalk_level
        on
            graded.subject_key = crosswalk_level.subject_key
            and graded.rulebook_id = crosswalk_level.rulebook_id
            and graded.facet = crosswalk_level.facet
    left join subject_change
        on
            graded.subject_key = subject_change.subject_key
            and graded.rulebook_id = subject_change.rulebook_id
            and graded.facet = subject_change.facet
    -- what concerns the whole subject concerns each of its facets
    left join subject_change as whole_change
        on
            graded.facet <> ''
            and graded.subject_key = whole_change.subject_key
            and graded.rulebook_id = whole_change.rulebook_id
            and whole_change.facet = ''
    left join grade_band as level_band
        on
            graded.rulebook_id = level_band.rulebook_id
            and graded.rulebook_version = level_band.version
            and crosswalk_level.rank = level_band.rank
),

clamped as (
    select
        summed.*,
        least(greatest(summed.unclamped_score, summed.lowest_score), summed.highest_score) as score
    from summed
)

select
    clamped.rulebook_id,
    clamped.rulebook_version,
    clamped.subject_key,
    clamped.facet,
    clamped.is_unknown,
    clamped.unclamped_score,
    clamped.score,
    coalesce(clamped.level_rank, grade_band.rank)::integer as reached_rank,
    clamped.changes_on
from clamped
left join grade_band
    on
        clamped.kind = 'scored'
        and clamped.rulebook_id = grade_band.rulebook_id
        and clamped.rulebook_version = grade_band.version
        and {{ band_holds_score('grade_band', 'clamped.score') }}
{%- if compiled %}
union all
{{ compiled }}
{%- endif %}
{%- endif %}
