{#- What landing noted of a row beside its values (credit_grading.landing.changes): the operation as this project calls
    it, or the word that the department file does not list behind a question mark; and the row's place in the order. -#}
{% macro row_marks() -%}
        coalesce(landed_row.extra_columns ->> '_operation' = 'deleted', false) as is_deletion,
        substring(landed_row.extra_columns ->> '_operation', '^[?](.*)$') as unknown_operation,
        landed_row.extra_columns ->> '_sequence' as received_sequence
{%- endmacro %}


{#- The reasons why such a note sends its row to quarantine. -#}
{% macro mark_reasons() -%}
        case
            when unknown_operation is not null
                then jsonb_build_object('code', 'unknown_operation', 'column', null, 'value', unknown_operation)
        end,
        case
            when received_sequence is not null and change_sequence is null
                then jsonb_build_object('code', 'unreadable_sequence', 'column', null, 'value', received_sequence)
        end
{%- endmacro %}
