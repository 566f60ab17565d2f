{#- How this run chooses its subjects: full, touched or given. Read from the run's row, never from a variable: another
    value of a variable would force a full parse of the project. -#}
{% macro run_mode() %}
    {%- if not execute -%}{{ return('full') }}{%- endif -%}
    {%- set found = run_query("select mode from " ~ source('evaluation', 'current_run') ~ " limit 1") -%}
    {{ return(found.rows[0][0] if found.rows | length > 0 else 'full') }}
{% endmacro %}


{#- Whether this run evaluates only the subjects in touched_subject. -#}
{% macro touched_only() %}
    {{ return(run_mode() in ('touched', 'given')) }}
{% endmacro %}


{#- A condition that keeps a run over some subjects to them, and says nothing in a run over all. -#}
{% macro is_evaluated(subject_key='subject_key') %}
    {%- set touched_subject = ref('touched_subject') -%}
    {%- if touched_only() -%}
    {{ subject_key }} in (select touched.subject_key from {{ touched_subject }} as touched)
    {%- else -%}
    true
    {%- endif -%}
{% endmacro %}


{#- A table that the earlier run left, or that stands beside the results: a ref would turn the models into a circle. -#}
{% macro held(name) %}{{ return(this.schema ~ '.' ~ name) }}{% endmacro %}
