{#- A table of the evaluation whose rows each belong to one subject. A full run builds it anew beside the old one; a
    run over touched subjects takes their rows out and puts the new ones in. Unlogged: it can be built again.
    `indexes` as usual in the model's configuration; built after the rows. -#}
{% materialization by_subject, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if touched_only() and existing_relation is not none -%}
        {% call statement('taken_out') %}
            delete from {{ target_relation }}
            where subject_key in (select subject_key from {{ ref('touched_subject') }})
        {% endcall %}
        {%- set columns = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | join(', ') -%}
        {% call statement('main') %}
            insert into {{ target_relation }} ({{ columns }})
            select {{ columns }} from ({{ sql }}) as evaluated
        {% endcall %}
    {%- else -%}
        {{ build_by_subject(target_relation, sql) }}
    {%- endif -%}
    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{#- `create table as` and no insert: only that lets the server use several processes for the query. No merge joins: they
    read whole tables in the order of an index, that is, in random order; everybody's rows are better hashed. -#}
{% macro build_by_subject(target_relation, sql) %}
    {% do drop_relation_if_exists(load_cached_relation(target_relation)) %}
    {% call statement('no_merge_joins') %}set local enable_mergejoin = off{% endcall %}
    {% call statement('main') %}
        create unlogged table {{ target_relation }} as {{ sql }}
    {% endcall %}
    {% do create_indexes(target_relation) %}
    {% call statement('analyze') %}analyze {{ target_relation }}{% endcall %}
{% endmacro %}
