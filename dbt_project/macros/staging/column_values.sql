{#- The received text of a column, without blanks around it; null where nothing is left. -#}
{% macro trimmed_value(column) -%}
    nullif(btrim(landed_row.{{ column.name }}, E' \t\r\n　'), '')
{%- endmacro %}


{#- The trimmed text, or null where it is a null marker: a global one, or one of the column's own. Longer texts than
    the longest marker are let through unseen, which is most of them. A layout may fix what it has no column for. -#}
{% macro received_value(column, contract) %}
    {%- set markers = column.meta.get('null_markers') or [] -%}
    {%- set text = 'trimmed__' ~ column.name -%}
    {%- set fixed = layouts_with(contract, 'fixed', column.name) %}
    case
        {%- for layout in fixed %}
        when batch_layout = {{ text_literals(layout) }} and heading__{{ column.name }} is null
            then {{ text_literals(contract.meta['layouts'][layout]['fixed'][column.name] | string) }}
        {%- endfor %}
        when
            octet_length({{ text }}) <= (select max(octet_length(marker)) from text_marker)
            and {{ text }} in (select marker from text_marker)
            then null
        {%- if markers %}
        when {{ text }} in ({{ text_literals(markers) }}) then null
        {%- endif %}
        else {{ text }}
    end
{%- endmacro %}


{#- The received text read as the column's type; null where it cannot be read. Amounts become 元 here. -#}
{% macro parsed_value(column, contract) %}
    {%- set value = 'received__' ~ column.name -%}
    {%- set layouts = layouts_with(contract, 'values', column.name) -%}
    {%- if layouts -%}
    case batch_layout
        {%- for layout in layouts %}
        when {{ text_literals(layout) }} then coalesce(
            {{ translated(value, contract.meta['layouts'][layout]['values'][column.name]) }},
            {#- a layout writes codes or words: words are taken as the contract takes them, a code that is not listed is unknown #}
            {{ translated(value, column.meta['values']) if column.meta.get('values') else
               "case when " ~ value ~ " !~ '[0-9]' then " ~ value ~ " end" }}
        )
        {%- endfor %}
        else {{ translated(value, column.meta['values']) if column.meta.get('values') else value }}
    end collate "C"
    {%- elif column.meta.get('values') -%} {{ translated(value, column.meta['values']) }} collate "C"
    {%- elif 'credit_code' in checks_of(column) -%} upper(staging.normalised_name({{ value }})) collate "C"
    {%- elif column.data_type == 'date' -%} staging.parsed_date({{ value }})
    {%- elif column.data_type == 'numeric' -%}
    trim_scale(staging.parsed_number({{ value }}){{ unit_factor(column) }})
    {%- elif column.data_type == 'integer' -%}
    case
        when
            staging.parsed_number({{ value }}) % 1 = 0
            and staging.parsed_number({{ value }}) between -2147483648 and 2147483647
            then staging.parsed_number({{ value }})::integer
    end
    {%- elif column.data_type == 'boolean' -%}
    case
        when lower({{ value }}) in ('是', 'true', 't', '1', 'y', 'yes') then true
        when lower({{ value }}) in ('否', 'false', 'f', '0', 'n', 'no') then false
    end
    {%- else -%} {{ value }} collate "C"
    {%- endif -%}
{% endmacro %}


{#- Received words as canonical ones; null for any other word. -#}
{% macro translated(value, words) -%}
    case {{ value }}
        {%- for received, canonical in words.items() %}
        when {{ text_literals(received | string) }} then {{ text_literals(canonical | string) }}
        {%- endfor %}
        {#- a feed of ours may already speak the canonical words #}
        {%- for canonical in words.values() | unique %}
        when {{ text_literals(canonical | string) }} then {{ text_literals(canonical | string) }}
        {%- endfor %}
    end
{%- endmacro %}


{#- What a number is multiplied with to become 元: a heading may speak of another unit than the column does. -#}
{% macro unit_factor(column) %}
    {%- set factors = {'yuan': 1, 'ten_thousand_yuan': 10000} -%}
    {%- set own = factors[column.meta.get('unit') or 'yuan'] -%}
    {%- if column.meta.get('header_units') -%}
        {%- set branches = [] -%}
        {%- for heading, unit in column.meta['header_units'].items() -%}
            {%- do branches.append('when ' ~ text_literals(heading) ~ ' then ' ~ factors[unit]) -%}
        {%- endfor -%}
        {{ return(' * case heading__' ~ column.name ~ ' ' ~ branches | join(' ') ~ ' else ' ~ own ~ ' end') }}
    {%- endif -%}
    {{ return(' * ' ~ own if own != 1 else '') }}
{% endmacro %}


{#- The value that staging keeps: a date that stands for 'unknown' or 'no end' is null, and what came in several
    columns is put together. -#}
{% macro kept_value(column, contract) %}
    {%- set value = 'parsed__' ~ column.name -%}
    {%- set parts = contract.columns | selectattr('meta.part_of', 'equalto', column.name) | list -%}
    {%- if column.data_type == 'date' -%}
    case
        when {{ value }} in (select day from date_marker) then null
        {%- if column.meta.get('open_ended') %}
        when {{ value }} = any(array[{{ text_literals(column.meta['open_ended']) }}]::date[]) then null
        {%- endif %}
        else {{ value }}
    end
    {%- elif parts -%}
    nullif(
        concat_ws('、', {{ value }}{% for part in parts %}, nullif(parsed__{{ part.name }}, {{ value }}){% endfor %}), ''
    ) collate "C"
    {%- else -%} {{ value }}
    {%- endif -%}
{% endmacro %}
