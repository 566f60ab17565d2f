{#- Scores of rulebooks that read each other's scores: the model's query runs once per stage, lowest first, and may
    read the rows of lower stages from {{ this }}. Wherever it says stage_placeholder(), the number of the stage is put.
    Rows belong to subjects, as in materialization by_subject. -#}
{% materialization by_stage, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- set first_stage = 0 -%}
    {%- if touched_only() and existing_relation is not none -%}
        {% call statement('main') %}
            delete from {{ target_relation }}
            where subject_key in (select subject_key from {{ ref('touched_subject') }})
        {% endcall %}
    {%- else -%}
        {% do drop_relation_if_exists(existing_relation) %}
        {% call statement('no_merge_joins') %}set local enable_mergejoin = off{% endcall %}
        {#- the lowest stage reads no scores: it can make the table that the others fill -#}
        {% call statement('main') %}
            create unlogged table {{ target_relation }} as
            {{ sql | replace(stage_placeholder(), '0') | replace(this | string, '(' ~ no_score() ~ ')') }}
        {% endcall %}
        {%- set first_stage = 1 -%}
    {%- endif -%}
    {%- set columns = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | join(', ') -%}
    {%- for stage in range(first_stage, highest_stage() + 1) -%}
        {% call statement('stage_' ~ stage) %}
            insert into {{ target_relation }} ({{ columns }})
            select {{ columns }} from ({{ sql | replace(stage_placeholder(), stage | string) }}) as evaluated
        {% endcall %}
    {%- endfor -%}
    {%- if first_stage == 1 -%}
        {% do create_indexes(target_relation) %}
        {% call statement('analyze') %}analyze {{ target_relation }}{% endcall %}
    {%- endif -%}
    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{#- The highest stage of the rulebooks in force. -#}
{% macro highest_stage() %}
    {% call statement('highest_stage', fetch_result=True) %}
        select coalesce(max(stage), 0) from {{ ref('rulebook_in_force') }}
    {% endcall %}
    {{ return(load_result('highest_stage')['data'][0][0] | int) }}
{% endmacro %}
