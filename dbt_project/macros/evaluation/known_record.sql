{#- CTEs `run` and `record`: the records that the run may know of the subjects that it evaluates. -#}
{% macro known_record() %}
run as (
    select * from {{ source('evaluation', 'current_run') }}
),

record as (
    select *
    from {{ ref('credit_record') }}
    where
        known_from <= (select run.knowledge_at from run)
        and (known_until is null or known_until > (select run.knowledge_at from run))
        and {{ is_evaluated() }}
)
{%- endmacro %}


{#- The run's day and its moment of knowledge, written out: where a big query asked the run's table for them, the
    server would neither know how many records they leave nor use several processes. -#}
{% macro written_as_of() %}
    {{ return(written_sql("select quote_literal(as_of) || '::date' from " ~ source('evaluation', 'current_run'))) }}
{% endmacro %}

{% macro written_knowledge_at() %}
    {{ return(written_sql(
        "select quote_literal(knowledge_at) || '::timestamptz' from " ~ source('evaluation', 'current_run')
    )) }}
{% endmacro %}
