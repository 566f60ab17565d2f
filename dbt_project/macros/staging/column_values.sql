{#- The received text of a column, without blanks around it; null where nothing is left. -#}
{% macro trimmed_value(column) -%}
    nullif(btrim(landed_row.{{ column.name }}, E' \t\r\n　'), '')
{%- endmacro %}


{#- The trimmed text, or null where it is a null marker: a global one, or one of the column's own. Longer texts than
    the longest marker are let through unseen, which is most of them. -#}
{% macro received_value(column) %}
    {%- set markers = column.meta.get('null_markers') or [] -%}
    {%- set text = 'trimmed__' ~ column.name -%}
    case
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
{% macro parsed_value(column) %}
    {%- set value = 'received__' ~ column.name -%}
    {%- if column.meta.get('values') -%}
    case {{ value }}
        {%- for received, canonical in column.meta['values'].items() %}
        when {{ text_literals(received | string) }} then {{ text_literals(canonical | string) }}
        {%- endfor %}
        {#- a feed of ours may already speak the canonical words #}
        {%- for canonical in column.meta['values'].values() | unique %}
        when {{ text_literals(canonical | string) }} then {{ text_literals(canonical | string) }}
        {%- endfor %}
    end collate "C"
    {%- elif 'credit_code' in checks_of(column) -%} upper(staging.normalised_name({{ value }})) collate "C"
    {%- elif column.data_type == 'date' -%} staging.parsed_date({{ value }})
    {%- elif column.data_type == 'numeric' -%}
    trim_scale(staging.parsed_number({{ value }}){{ ' * 10000' if column.meta.get('unit') == 'ten_thousand_yuan' }})
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


{#- The value that staging keeps: a date that stands for 'unknown' or 'no end' is null. -#}
{% macro kept_value(column) %}
    {%- set value = 'parsed__' ~ column.name -%}
    {%- if column.data_type == 'date' -%}
    case
        when {{ value }} in (select day from date_marker) then null
        {%- if column.meta.get('open_ended') %}
        when {{ value }} = any(array[{{ text_literals(column.meta['open_ended']) }}]::date[]) then null
        {%- endif %}
        else {{ value }}
    end
    {%- else -%} {{ value }}
    {%- endif -%}
{% endmacro %}
