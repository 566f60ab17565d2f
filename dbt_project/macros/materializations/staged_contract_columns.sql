{#- Makes staging.<contract>, or adds the columns its contract has gained. Returns the columns to fill. -#}
{% macro staging_prepare_target(target_relation, exists) %}
    {%- set judged = staging_columns('staging_judged') -%}
    {%- if not exists -%}
        {% do staging_statement(
            "create table " ~ target_relation ~ " as select " ~ judged | map(attribute=0) | join(', ')
            ~ " from staging_judged limit 0"
        ) %}
    {%- else -%}
        {%- set held = dict(staging_columns(target_relation)) -%}
        {%- for name, type in judged -%}
            {%- if name not in held -%}
                {% do staging_statement(
                    "alter table " ~ target_relation ~ " add column " ~ name ~ " " ~ type
                    ~ (' collate "C"' if type == 'text' else '')
                ) %}
            {%- elif held[name] != type -%}
                {{ exceptions.raise_compiler_error(
                    target_relation ~ "." ~ name ~ " is " ~ held[name] ~ ", its contract now says " ~ type
                    ~ ": rebuild it with --full-refresh"
                ) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(judged | map(attribute=0) | list) }}
{% endmacro %}


{#- (name, type) of every column that staging keeps. -#}
{% macro staging_columns(relation) %}
    {% call statement('columns', fetch_result=True) %}
        select attname::text, format_type(atttypid, atttypmod)
        from pg_attribute
        where attrelid = '{{ relation }}'::regclass and attnum > 0 and not attisdropped and attname not in ('reasons', 'corrected_root')
        order by attnum
    {% endcall %}
    {%- set columns = [] -%}
    {%- for row in load_result('columns')['data'] -%}
        {%- do columns.append((row[0], row[1])) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}
