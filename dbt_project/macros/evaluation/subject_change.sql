{#-
    CTE `subject_change`: the first day after as_of on which time alone changes something that a grade rests on. A
    known record begins, fades, goes stale or ceases to count, or a limit ends, for the rulebook itself or for one
    whose score it reads; the scores of compiled rulebooks say it themselves. A limit of another rulebook changes that rulebook's grade, never its score.
-#}
{% macro subject_change() %}
change as (
    select
        subject_total.subject_key, ''::text collate "C" as facet, part.rulebook_id, part.is_limit, part.changes_on,
        true as is_shared
    from {{ ref('subject_total') }} as subject_total
    cross join lateral (
        values
        {% set rows = compiled_change_rows() -%}
        {{ rows if rows else "('', false, null::date)" }}
    ) as part (rulebook_id, is_limit, changes_on)
    where part.changes_on is not null and {{ is_evaluated('subject_total.subject_key') }}
    union all
    select
        ordered_total.subject_key, ordered_total.facet, target_in_force.rulebook_id,
        target_in_force.purpose = 'limit' as is_limit, ordered_total.changes_on,
        -- in a rulebook per facet, a record without a facet stands in every facet that is graded; '' is one of them
        not target_in_force.per_facet as is_shared
    from {{ ref('ordered_total') }} as ordered_total
    inner join {{ ref('target_in_force') }} as target_in_force
        on ordered_total.target_no = target_in_force.target_no
    inner join rulebook_in_force as graded_by on target_in_force.rulebook_id = graded_by.rulebook_id
    where
        ordered_total.changes_on is not null and {{ is_evaluated('ordered_total.subject_key') }}
        -- where no facet can be graded, nothing but a membership changes
        and (
            not target_in_force.per_facet or target_in_force.purpose = 'population'
            or {{ subject_kind('ordered_total.subject_key') }} = any(graded_by.population_subject_kinds)
        )
),

subject_change as (
    select
        change.subject_key,
        rulebook_dependency.rulebook_id,
        -- a rulebook with one score per subject changes with every facet of one that it reads
        case when reader.per_facet and not rulebook_dependency.is_whole then change.facet else '' end as facet,
        min(change.changes_on) as changes_on,
        min(change.changes_on) filter (where change.is_shared or rulebook_dependency.is_whole) as shared_changes_on
    from change
    inner join {{ ref('rulebook_dependency') }} as rulebook_dependency
        on
            change.rulebook_id = rulebook_dependency.reads_rulebook_id
            and (
                not change.is_limit
                or rulebook_dependency.rulebook_id = rulebook_dependency.reads_rulebook_id
            )
    inner join rulebook_in_force as reader
        on rulebook_dependency.rulebook_id = reader.rulebook_id and not reader.is_compiled
    group by 1, 2, 3
)
{%- endmacro %}
