{#- The subjects of every rulebook whose population is not ordered, each as one select over subject_total. -#}
{% macro compiled_populations() %}
    {{ return(written_sql("
        select string_agg(population_sql, ' union all ' order by rulebook_id) from " ~ ref('compiled_population')
    ) | replace('__subject_total__', ref('subject_total') | string)
    | replace('__is_evaluated__', is_evaluated('subject_total.subject_key'))) }}
{% endmacro %}


{#- The subjects of whom a condition of a limit that is not ordered is fulfilled, each limit as one select. -#}
{% macro compiled_limits() %}
    {{ return(written_sql("
        select string_agg(limit_sql, ' union all ' order by target_no) from " ~ ref('compiled_limit')
    ) | replace('__subject_total__', ref('subject_total') | string)
    | replace('__is_evaluated__', is_evaluated('subject_total.subject_key'))) }}
{% endmacro %}


{#- The scores of compiled rulebooks, each as one select over subject_total; `score`: relation with lower stages. -#}
{% macro compiled_scores(score) %}
    {{ return(written_sql("
        select string_agg(score_sql, ' union all ' order by rulebook_id) from " ~ ref('compiled_score')
    ) | replace('__subject_total__', ref('subject_total') | string)
    | replace('__score__', score | string)
    | replace('__is_evaluated__', is_evaluated('subject_total.subject_key'))) }}
{% endmacro %}
