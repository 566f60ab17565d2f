{# The kind of subject that a key stands for: its form says so, hence a subject that no register lists is not lost. #}
{% macro subject_kind(key) %}
case
    when {{ key }} like 'L:%' then 'department_local'
    when {{ key }} like 'N:%' then 'name_only'
    when {{ key }} like 'P:%' then 'person'
    else 'coded'
end
{% endmacro %}


{# SQL that writes SQL: that the subject of a row of subject_total is of one of some kinds. #}
{% macro written_subject_kind(kinds) %}
format(
    '{{ subject_kind('subject_total.subject_key') | replace("'", "''") | replace('%', '%%') }} = any(%L::text[])',
    {{ kinds }}
)
{% endmacro %}
