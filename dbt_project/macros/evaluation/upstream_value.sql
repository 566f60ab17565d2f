{#-
    CTE `upstream_value`: raw values that are scores of other rulebooks, like a line of record_value.

    score: relation with the scores that may be read; graded: CTE of the subjects to look at. A rulebook that is not
    per facet reads the scores of all facets of one that is, weighted by the facets' population records.
-#}
{% macro upstream_value(score, graded) %}
upstream_leaf as (
    select
        indicator_leaf.*,
        rulebook_in_force.per_facet as is_per_facet
    from indicator_leaf
    inner join rulebook_in_force on indicator_leaf.source_rulebook_id = rulebook_in_force.rulebook_id
    where indicator_leaf.source = 'rulebook_score'
),

upstream_value as not materialized (
    select
        {{ graded }}.rulebook_id,
        {{ graded }}.subject_key,
        {{ graded }}.facet,
        upstream_leaf.indicator_id,
        upstream_score.score as raw_value
    from {{ graded }}
    inner join upstream_leaf on {{ graded }}.rulebook_id = upstream_leaf.rulebook_id
    inner join {{ score }} as upstream_score
        on
            {{ graded }}.subject_key = upstream_score.subject_key
            and upstream_leaf.source_rulebook_id = upstream_score.rulebook_id
            and upstream_score.facet = case when upstream_leaf.is_per_facet then {{ graded }}.facet else '' end
    where upstream_leaf.facet_aggregate is null and upstream_score.score is not null
    union all
    select
        {{ graded }}.rulebook_id,
        {{ graded }}.subject_key,
        {{ graded }}.facet,
        upstream_leaf.indicator_id,
        case upstream_leaf.facet_aggregate
            when 'minimum' then min(upstream_score.score)
            when 'maximum' then max(upstream_score.score)
            else {{ quotient(
                'sum(upstream_score.score * ' ~ facet_weight() ~ ')', 'sum(' ~ facet_weight() ~ ')'
            ) }}
        end as raw_value
    from {{ graded }}
    inner join upstream_leaf on {{ graded }}.rulebook_id = upstream_leaf.rulebook_id
    inner join {{ score }} as upstream_score
        on
            {{ graded }}.subject_key = upstream_score.subject_key
            and upstream_leaf.source_rulebook_id = upstream_score.rulebook_id
    inner join subject_index as facet_index
        on
            upstream_score.subject_key = facet_index.subject_key
            and upstream_score.rulebook_id = facet_index.rulebook_id
            and upstream_score.facet = facet_index.facet
    where upstream_leaf.facet_aggregate is not null and upstream_score.score is not null
    group by
        {{ graded }}.rulebook_id, {{ graded }}.subject_key, {{ graded }}.facet, upstream_leaf.indicator_id,
        upstream_leaf.facet_aggregate
)
{%- endmacro %}


{#- What a facet weighs among the facets of its subject. -#}
{% macro facet_weight() -%}
case upstream_leaf.weighted_by
        when 'amount' then coalesce(facet_index.amount_total, 0)
        when 'quantity' then coalesce(facet_index.quantity_total, 0)
        else 1
    end
{%- endmacro %}


{#- A relation without any score, for the lowest stage. -#}
{% macro no_score() -%}
select
    null::text as rulebook_id, null::text as rulebook_version, null::text as subject_key, null::text as facet,
    null::numeric as score
where false
{%- endmacro %}
