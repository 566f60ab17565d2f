{#- What stands for the number of the stage in the query of a model by stage. -#}
{% macro stage_placeholder() %}{{ return('__stage__') }}{% endmacro %}
