{#- The reasons why a column's value sends its row to quarantine: a list of SQL expressions, each a jsonb object
    {code, column, value} or null. Codes are those of seed rejection_reason. -#}
{% macro column_reasons(column, contract) %}
    {%- set name = column.name -%}
    {%- set received = 'received__' ~ name -%}
    {%- set parsed = 'parsed__' ~ name -%}
    {%- set conditions = [] -%}
    {%- if column.meta.get('required') -%}
        {%- do conditions.append((
            'missing_key' if name in contract.meta['natural_key'] else 'missing_required_value',
            name ~ ' is null and (' ~ received ~ ' is null or ' ~ parsed ~ ' is not null)',
        )) -%}
    {%- endif -%}
    {%- set unreadable = received ~ ' is not null and ' ~ parsed ~ ' is null' -%}
    {%- if column.meta.get('values') or layouts_with(contract, 'values', name) or column.data_type == 'boolean' -%}
        {%- do conditions.append(('unknown_value', unreadable)) -%}
    {%- elif column.data_type == 'date' -%}
        {%- do conditions.append(('not_a_date', unreadable)) -%}
    {%- elif column.data_type in ('numeric', 'integer') -%}
        {%- do conditions.append(('not_a_number', unreadable)) -%}
    {%- endif -%}
    {%- if contract.meta['subject'].get('person_id') == name -%}
        {#- landing marks what had not the form of an identity number with X: -#}
        {%- do conditions.append(('person_id_form', name ~ " !~ '^P:[0-9a-f]{32}$'")) -%}
    {%- endif -%}
    {%- do conditions.extend(check_conditions(column)) -%}
    {%- if column.meta.get('unit') and contract.meta.get('plausible_maximum') -%}
        {%- do conditions.append(('unit_suspect', name ~ ' > ' ~ contract.meta['plausible_maximum'])) -%}
    {%- endif -%}
    {%- set expressions = [] -%}
    {%- for code, condition in conditions -%}
        {%- do expressions.append(refusal(condition, "'" ~ code ~ "'", name)) -%}
    {%- endfor -%}
    {%- if 'credit_code' in checks_of(column) -%}
        {#- one look at each code: its form matters only where the code is not valid -#}
        {%- do expressions.append(refusal(
            'not staging.credit_code_is_valid(' ~ name ~ ')',
            "case when staging.credit_code_has_form(" ~ name ~ ") then 'credit_code_check_digit' else 'credit_code_form' end",
            name,
        )) -%}
    {%- endif -%}
    {{ return(expressions) }}
{% endmacro %}


{#- One refusal as SQL: a jsonb object where the condition holds, else null. -#}
{% macro refusal(condition, code, name) -%}
    case when {{ condition }} then jsonb_build_object('code', {{ code }}, 'column', '{{ name }}', 'value', received__{{ name }}) end
{%- endmacro %}


{#- The column's named checks as (reason code, condition of refusal); credit codes are looked at in column_reasons. -#}
{% macro check_conditions(column) %}
    {%- set name = column.name -%}
    {%- set checks = checks_of(column) -%}
    {%- set conditions = [] -%}
    {%- if 'division_code' in checks -%}
        {%- do conditions.append(('unknown_division', name ~ ' not in (select division_code from known_division)')) -%}
    {%- endif -%}
    {%- if 'catalogue_item' in checks -%}
        {%- do conditions.append(
            ('unknown_item', name ~ ' not in (select catalogue_item_id from known_catalogue_item)')
        ) -%}
    {%- endif -%}
    {%- if 'not_in_future' in checks -%}
        {#- judged on the day the row reached us, so that staging it again gives the same answer -#}
        {%- do conditions.append(('date_in_future', name ~ " > (known_from at time zone 'Asia/Shanghai')::date")) -%}
    {%- endif -%}
    {%- if 'not_negative' in checks -%}
        {%- do conditions.append(('negative_amount', name ~ ' < 0')) -%}
    {%- endif -%}
    {%- if 'positive' in checks -%}
        {%- do conditions.append(('negative_amount', name ~ ' <= 0')) -%}
    {%- endif -%}
    {{ return(conditions) }}
{% endmacro %}


{#- What is noticed about an accepted row without refusing it: a list of SQL expressions, each a code or null. -#}
{% macro row_warnings(contract) %}
    {%- set expressions = [] -%}
    {%- for column in contract.columns if 'division_code' in checks_of(column) -%}
        {%- do expressions.append(
            "case when " ~ column.name ~ " in (select division_code from known_division where replaced_by is not null)"
            ~ " then 'replaced_division' end"
        ) -%}
    {%- endfor -%}
    {%- set code = contract.meta['subject'].get('credit_code') -%}
    {%- if code -%}
        {%- do expressions.append(
            "case when " ~ code ~ " is null and subject_kind is distinct from 'person' then 'no_credit_code' end"
        ) -%}
    {%- endif -%}
    {%- for kind in ['organisation_code', 'registration_number'] if contract.meta['subject'].get(kind) -%}
        {%- set column = contract.meta['subject'][kind] -%}
        {%- do expressions.append(
            "case when " ~ column ~ " is not null and staging." ~ kind ~ "(" ~ column ~ ") is null"
            ~ " then 'unusable_" ~ kind ~ "' end"
        ) -%}
    {%- endfor -%}
    {{ return(expressions) }}
{% endmacro %}
