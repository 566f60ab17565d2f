{#- The contract as its dbt source declares it: {meta, columns: [{name, data_type, meta}]}, personal columns left out.
    Sources are complete only while executing; at parse time there is nothing to generate yet. A dbt unit test
    sees no sources at all and overrides this macro with a contract of its own. -#}
{% macro contract_definition(contract_id) %}
    {%- set found = namespace(node=none) -%}
    {%- for node in graph.sources.values() if node.source_name == 'landing' and node.name == contract_id -%}
        {%- set found.node = node -%}
    {%- endfor -%}
    {%- if found.node is none -%}
        {{ exceptions.raise_compiler_error("There is no contract '" ~ contract_id ~ "' in source landing") }}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- for column in found.node.columns.values() -%}
        {%- set meta = (column.get('config') or {}).get('meta') or column.get('meta') or {} -%}
        {%- if not meta.get('personal') -%}
            {%- do columns.append({'name': column.name, 'data_type': column.data_type, 'meta': meta}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set meta = (found.node.get('config') or {}).get('meta') or found.node.get('meta') or {} -%}
    {{ return({'meta': meta, 'columns': columns}) }}
{% endmacro %}


{#- One value, or a list of values, as SQL string literals. -#}
{% macro text_literals(values) %}
    {%- set values = [values] if values is string else values -%}
    {%- set quoted = [] -%}
    {%- for value in values -%}
        {%- do quoted.append("'" ~ (value | string | replace("'", "''")) ~ "'") -%}
    {%- endfor -%}
    {{ return(quoted | join(', ')) }}
{% endmacro %}


{#- The named checks of a column, always as a list. -#}
{% macro checks_of(column) %}
    {%- set check = column.meta.get('check') or [] -%}
    {{ return([check] if check is string else check) }}
{% endmacro %}
