{#- Hash of department, contract and natural key. Texts are compared in one spelling, so that a corrected blank or
    bracket meets its record; null where a required part of the key is unusable. A person counts under the first key
    we knew them by, so that a record stays the same when the key of the hash changes. -#}
{% macro record_key(contract_id, contract, person_key_succession=none) %}
    {%- set parts = [] -%}
    {%- set required = [] -%}
    {%- for name in contract.meta['natural_key'] -%}
        {%- for column in contract.columns if column.name == name -%}
            {%- set text = name ~ '::text' -%}
            {%- if person_key_succession and name == contract.meta['subject'].get('person_id') -%}
                {%- set text = 'coalesce((select person.first_key from ' ~ person_key_succession
                    ~ ' as person where person.person_key = kept.' ~ name ~ '), ' ~ name ~ ')' -%}
            {%- elif column.data_type == 'text' -%}
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


{#- Who the row is about: the credit code itself; else the organisation code, else the registration number, which
    mean the same to every department; else the department's own id; else the department's name for it; else the
    person, under the keyed hash that landing put in place of the identity number. A code or number that is none is
    passed over, with a warning. -#}
{% macro subject_of(contract) %}
    {%- set subject = contract.meta['subject'] -%}
    {%- set branches = [] -%}
    {%- if subject.get('credit_code') -%}
        {%- do branches.append((subject.credit_code, subject.credit_code, 'coded')) -%}
    {%- endif -%}
    {%- for kind, prefix in [('organisation_code', 'O:'), ('registration_number', 'R:')] if subject.get(kind) -%}
        {%- set usable = 'staging.' ~ kind ~ '(' ~ subject[kind] ~ ')' -%}
        {%- do branches.append((usable, "'" ~ prefix ~ "' || " ~ usable, kind)) -%}
    {%- endfor -%}
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
    {#- a firm is not called what its employee is called -#}
    case
        {%- for column, key, kind in branches %}
        when {{ column }} is not null
            then {{ subject.get('person_name' if kind == 'person' else 'name') or 'null' }}::text
        {%- endfor %}
    end as subject_name
{%- endmacro %}
