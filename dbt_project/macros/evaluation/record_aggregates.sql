{#- What the counting records of one target come to, for every way of aggregating. `counts`: which of them count. -#}
{% macro record_aggregates(counts) -%}
count(*) filter (where {{ counts }} and not is_numerator) as records,
        sum(case when is_weighted then points * weight else points end)
            filter (where {{ counts }} and not is_numerator) as total,
        count(points) filter (where {{ counts }} and not is_numerator) as numbers,
        sum(weight) filter (where {{ counts }} and is_weighted and points is not null) as weight_total,
        sum(points) filter (where {{ counts }} and is_numerator) as numerator_total,
        max(points) filter (where {{ counts }} and not is_numerator) as highest,
        min(points) filter (where {{ counts }} and not is_numerator) as lowest,
        max(occurred_on) filter (where {{ counts }} and not is_numerator) as newest_on,
        min(changes_on) as changes_on
{%- endmacro %}
