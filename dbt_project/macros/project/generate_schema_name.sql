{#- A schema is called exactly what the project calls it: departments read these names in the dictionary. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
