{# The kind of subject that a key stands for: its form says so, hence a subject that no register lists is not lost. #}
{% macro subject_kind(key) %}
case
    when {{ key }} like 'L:%' then 'department_local'
    when {{ key }} like 'N:%' then 'name_only'
    else 'coded'
end
{% endmacro %}
