{#- A table built anew in every run, stage by stage of the rulebooks in force: the model's query runs once per stage,
    lowest first, and may read the rows of lower stages from {{ this }}. Wherever it says __stage__, the number of the
    stage is put. Between two stages the table is analyzed, so that each is planned with what is known. -#}
{% materialization stage_by_stage, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% do drop_relation_if_exists(load_cached_relation(this)) %}
    {#- the lowest stage reads no scores: it can make the table that the others fill -#}
    {% call statement('lowest') %}
        create unlogged table {{ target_relation }} as
        {{ sql | replace('__stage__', '0') | replace(this | string, '(' ~ no_score() ~ ')') }}
    {% endcall %}
    {%- for stage in range(1, highest_stage() + 1) -%}
        {% call statement('analyze_' ~ stage) %}analyze {{ target_relation }}{% endcall %}
        {% call statement('stage_' ~ stage) %}
            insert into {{ target_relation }} {{ sql | replace('__stage__', stage | string) }}
        {% endcall %}
    {%- endfor -%}
    {% call statement('main') %}analyze {{ target_relation }}{% endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
