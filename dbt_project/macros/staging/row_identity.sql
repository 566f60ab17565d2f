{#- Hash of department, contract and natural key. Texts are compared in one spelling, so that a corrected blank or
    bracket meets its record; null where a required part of the key is unusable. -#}
{% macro record_key(contract_id, contract) %}
    {%- set parts = [] -%}
    {%- set required = [] -%}
    {%- for name in contract.meta['natural_key'] -%}
        {%- for column in contract.columns if column.name == name -%}
            {%- set text = name ~ '::text' -%}
            {%- if column.data_type == 'text' -%}
                {%- set text = 'staging.normalised_name(' ~ name ~ ')' -%}
            {%- endif -%}
            {%- do parts.append("coalesce(" ~ text ~ ", '')") -%}
            {%- if column.meta.get('required') -%}
                {%- do required.append(name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    case
        {%- if required %}
        when num_nulls({{ required | join(', ') }}) > 0 then null
        {%- endif %}
        else md5(concat_ws(chr(31), department_id, '{{ contract_id }}', {{ parts | join(', ') }}))
    end collate "C"
{%- endmacro %}


{#- Who the row is about: the credit code itself; else the department's own id; else the department's name for it;
    else the person, under the keyed hash that landing put in place of the identity number. -#}
{% macro subject_of(contract) %}
    {%- set subject = contract.meta['subject'] -%}
    {%- set branches = [] -%}
    {%- if subject.get('credit_code') -%}
        {%- do branches.append((subject.credit_code, subject.credit_code, 'coded')) -%}
    {%- endif -%}
    {%- if subject.get('local_id') -%}
        {%- do branches.append(
            (subject.local_id, "'L:' || department_id || ':' || " ~ subject.local_id, 'department_local')
        ) -%}
    {%- endif -%}
    {%- if subject.get('name') -%}
        {%- do branches.append((
            subject.name, "'N:' || department_id || ':' || staging.normalised_name(" ~ subject.name ~ ")", 'name_only'
        )) -%}
    {%- endif -%}
    {%- if subject.get('person_id') -%}
        {%- do branches.append((subject.person_id, subject.person_id, 'person')) -%}
    {%- endif %}
    case
        {%- for column, key, kind in branches %}
        when {{ column }} is not null then {{ key }}
        {%- endfor %}
    end collate "C" as subject_key,
    case
        {%- for column, key, kind in branches %}
        when {{ column }} is not null then '{{ kind }}'
        {%- endfor %}
    end collate "C" as subject_kind,
    coalesce(
        {{ subject.get('name') or 'null' }}::text, {{ subject.get('person_name') or 'null' }}::text
    ) as subject_name
{%- endmacro %}
