{#- The first Chinese heading of a column in its own unit; where that is 万元, the first that says so; else its name.
    credit_grading.contract.headings gives the same in Python. -#}
{% macro column_heading(column) %}
    {%- set chinese = [] -%}
    {%- set with_unit = [] -%}
    {%- set unit = column.meta.get('unit') or 'yuan' -%}
    {%- set other_units = column.meta.get('header_units') or {} -%}
    {%- for heading in column.meta.get('headers') or [] -%}
        {%- if not modules.re.fullmatch('[ -~]*', heading) and other_units.get(heading, unit) == unit -%}
            {%- do chinese.append(heading) -%}
            {%- if column.meta.get('unit') == 'ten_thousand_yuan' and '万元' in heading -%}
                {%- do with_unit.append(heading) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return((with_unit + chinese + [column.name]) | first) }}
{% endmacro %}


{#- After seed rejection_reason is loaded: its words, kept where a department's view can read them at any time. -#}
{% macro keep_rejection_reasons() %}
    insert into quarantine.rejection_reason as held (code, title_zh, advice_zh)
    select code, title_zh, advice_zh from {{ this }}
    on conflict (code) do update set title_zh = excluded.title_zh, advice_zh = excluded.advice_zh
{% endmacro %}
