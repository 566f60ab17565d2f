{#- The versions of every record of a contract: rows of a record that say something new, in the order they reached us.
    A version is known from its arrival until the next one's. Of one batch the last row of a record counts; a row
    repeated unchanged starts no version, nor does one that is older by the contract's version column. -#}
{% macro record_versions(contract_id) %}
{%- set staged = ref(contract_id) -%}
{%- if execute -%}
{%- set version_column = contract_definition(contract_id).meta.get('version_column') -%}
with staged as (select * from {{ staged }}),

ordered as (
    select
        *,
        lead(batch_id) over arrival as next_batch_id
        {%- if version_column %},
        max({{ version_column }}) over (arrival rows between unbounded preceding and 1 preceding) as newest_before
        {%- endif %}
    from staged
    window arrival as (
        partition by record_key
        order by known_from, batch_id, {{ version_column ~ ' nulls first, ' if version_column }}row_number
    )
),

changed as (
    select *, lag(row_hash) over (partition by record_key order by known_from, batch_id) as previous_hash
    from ordered
    where
        next_batch_id is distinct from batch_id
        {%- if version_column %}
        and ({{ version_column }} < newest_before) is not true
        {%- endif %}
),

version as (
    select *, lead(known_from) over (partition by record_key order by known_from, batch_id) as known_until
    from changed
    where row_hash is distinct from previous_hash
)
{%- endif -%}
{% endmacro %}


{#- The day of a moment in the city's own time zone. -#}
{% macro city_day(moment) -%}
    ({{ moment }} at time zone 'Asia/Shanghai')::date
{%- endmacro %}
