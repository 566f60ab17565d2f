{#-
    Title and description of every column of schema sharing, as rows (table_name, column_name, title_zh, description_zh):
    the candidate models speak for the columns a release copies, source `sharing` for those that publication adds.
    A description reads 标题：说明; the part before the first full-width colon is the title.
-#}
{% macro sharing_descriptions() -%}
    {%- set described = [] -%}
    {%- if execute -%}
        {%- for model in graph.nodes.values()
            if model.resource_type == 'model' and model.config.schema == 'candidate' -%}
            {%- for column in model.columns.values() -%}
                {%- do described.append((model.alias, column.name, column.description)) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for table in graph.sources.values() if table.source_name == 'sharing' -%}
            {%- for column in table.columns.values() -%}
                {%- do described.append((table.name, column.name, column.description)) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    select
        table_name,
        column_name,
        split_part(description, '：', 1) as title_zh,
        coalesce(nullif(substr(description, strpos(description, '：') + 1), ''), description) as description_zh
    from (
        {%- if not described %}
        select null::text as table_name, null::text as column_name, null::text as description where false
        {%- else %}
        values
        {%- for table_name, column_name, description in described %}
            ('{{ table_name }}', '{{ column_name }}', nullif('{{ description | trim | replace("'", "''") }}', ''))
            {{- ',' if not loop.last }}
        {%- endfor %}
        {%- endif %}
    ) as described (table_name, column_name, description)
{%- endmacro %}
