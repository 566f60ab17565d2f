{#- Whether every rulebook in force is compiled: then the long way to scores has nobody to grade, and is left out. -#}
{% macro all_compiled() %}
    {{ return(written_sql("
        select 'yes' from " ~ ref('rulebook_in_force') ~ " having count(*) > 0 and bool_and(is_compiled)
    ") == 'yes') }}
{% endmacro %}


{#- Whether no rulebook in force asks how much is known of a subject; false where none is in force. -#}
{% macro no_availability_asked() %}
    {{ return(written_sql("
        select 'yes' from " ~ ref('rulebook_in_force') ~ "
        having count(*) > 0 and count(minimum_known_percent) = 0
    ") == 'yes') }}
{% endmacro %}


{#- Whether no rulebook in force has conditions on its grades; false where none is in force. -#}
{% macro no_condition_asked() %}
    {{ return(written_sql("
        select 'yes' from " ~ ref('rulebook_in_force') ~ " as rulebook
        left join " ~ source('rulebook', 'grade_condition') ~ " as condition
            on rulebook.rulebook_id = condition.rulebook_id and rulebook.rulebook_version = condition.version
        having count(*) > 0 and count(condition.version) = 0
    ") == 'yes') }}
{% endmacro %}
