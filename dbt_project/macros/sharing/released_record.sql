{#- CTEs `run` and `record`: the versions of a catalogue item's records that the run knows, of whatever day. -#}
{% macro released_record(catalogue_item_id) %}
run as (select * from {{ source('evaluation', 'current_run') }}),

record as (
    select credit_record.*
    from {{ ref('credit_record') }} as credit_record
    cross join run
    where
        credit_record.catalogue_item_id = '{{ catalogue_item_id }}'
        and credit_record.known_from <= run.knowledge_at
        and (credit_record.known_until > run.knowledge_at) is not false
)
{%- endmacro %}


{#- Condition of a join: a row of a sector's own table is the very version that the spine's record was made of. -#}
{% macro is_version_of(row, record='record') -%}
    {{ record }}.record_key = {{ row }}.record_key
    and {{ record }}.batch_id = {{ row }}.batch_id
    and {{ record }}.row_number = {{ row }}.row_number
{%- endmacro %}
