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


{#- The layouts of a contract that say something about a column: its `values`, or what is `fixed`. -#}
{% macro layouts_with(contract, part, name) %}
    {%- set names = [] -%}
    {%- for layout, declared in (contract.meta.get('layouts') or {}).items() if (declared.get(part) or {}).get(name) -%}
        {%- do names.append(layout | string) -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{#- What every row takes along from its batch, as name → expression over the ledger: where it came from, and the
    layout and the headings that its texts are to be read by. -#}
{% macro batch_columns(contract) %}
    {%- set columns = {
        'batch_id': 'batch_id', 'department_id': 'department_id', 'feed_id': 'feed_id', 'known_from': 'known_from',
        'delivery_kind': 'delivery_kind',
        'repeated_batch_id': "case when delivery_kind in ('append', 'changes') then repeats_batch_id end"
    } -%}
    {%- if contract.meta.get('layouts') -%}
        {%- do columns.update({'batch_layout': 'layout'}) -%}
    {%- endif -%}
    {%- for column in contract.columns -%}
        {%- if column.meta.get('header_units') or layouts_with(contract, 'fixed', column.name) -%}
            {%- do columns.update({'heading__' ~ column.name: "headings ->> '" ~ column.name ~ "'"}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}
