{#- One row per landed row of every batch not staged yet: typed columns, identity, and `reasons` (null = accepted). Each
    layer ends in `offset 0`: else the planner would merge them and parse every value for every rule anew. Batches are
    read by key: the cost follows what is new. catalogue_item: relation of that seed, for a contract with that check.
    person_key_succession: relation of that table, for a contract whose natural key holds a person. -#}
{% macro stage_contract(contract_id, catalogue_item=none, person_key_succession=none) %}
{%- set landing = source('landing', contract_id) -%}
{%- set batch = source('landing_ledger', 'batch') -%}
{%- set staged_batch = source('staging_ledger', 'staged_batch') -%}
{%- set null_marker = ref('null_marker') -%}
{%- set division = ref('division') -%}
{%- if execute -%}
{%- set contract = contract_definition(contract_id) -%}
{%- set reasons, key_reasons = [], [] -%}
{%- set carried = batch_columns(contract) -%}
{%- for column in contract.columns -%}
    {%- do reasons.extend(column_reasons(column, contract)) -%}
    {%- if column.name in contract.meta['natural_key'] -%}
        {%- do key_reasons.extend(column_reasons(column, contract)) -%}
    {%- endif -%}
{%- endfor -%}
with text_marker as (select marker from {{ null_marker }} where applies_to = 'any'),

date_marker as (select staging.parsed_date(marker) as day from {{ null_marker }} where applies_to = 'date'),

known_division as (select division_code, replaced_by from {{ division }}),

{% if catalogue_item -%}
known_catalogue_item as (
    select catalogue_item_id from {{ catalogue_item }} where contract_id = '{{ contract_id }}'
),

{% endif -%}
staged as (select batch_id from {{ staged_batch }} where contract_id = '{{ contract_id }}'),

pending as (
    select
        {%- for name, expression in carried.items() %}
        {{ expression }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ batch }}
    where contract_id = '{{ contract_id }}' and batch_id not in (select batch_id from staged)
),

landed as (select * from {{ landing }}),

trimmed as (
    select
        pending.*, {{ row_marks() }},
        landed_row.row_number, landed_row.row_hash
        {%- for column in contract.columns %},
        {{ trimmed_value(column) }} as trimmed__{{ column.name }}
        {%- endfor %}
    from pending
    cross join lateral (select * from landed where landed.batch_id = pending.batch_id offset 0) as landed_row
    offset 0
),

received as (
    select
        {{ carried | join(', ') }}, row_number, row_hash,
        is_deletion, unknown_operation, received_sequence, corrected_row,
        staging.parsed_sequence(received_sequence) as change_sequence
        {%- for column in contract.columns %},
        {{ received_value(column, contract) }} as received__{{ column.name }}
        {%- endfor %}
    from trimmed
    offset 0
),

parsed as (
    select
        *
        {%- for column in contract.columns %},
        {{ parsed_value(column, contract) }} as parsed__{{ column.name }}
        {%- endfor %}
    from received
    offset 0
),

kept as (
    select
        *
        {%- for column in contract.columns %},
        {{ kept_value(column, contract) }} as {{ column.name }}
        {%- endfor %}
    from parsed
    offset 0
),

identified as (
    select
        *,
        {{ subject_of(contract) }},
        {{ record_key(contract_id, contract, person_key_succession) }} as record_key,
        {{ corrected_place(contract_id) }} as corrected_place
    from kept
    offset 0
)

select
    {%- for column in contract.columns if not column.meta.get('part_of') %}
    {{ column.name }},
    {%- endfor %}
    subject_key, subject_kind, subject_name, record_key, row_hash, department_id, feed_id,
    batch_id, row_number, known_from, is_deletion, change_sequence,
    corrected_place[1] as corrected_batch_id, corrected_place[2] as corrected_row_number,
    {{ row_delivery_kind() }} collate "C" as delivery_kind,
    array_remove(array[
        {{ row_warnings(contract) | join(',\n        ') }}
    ]::text[], null) as warnings,
    {#- a deletion need not say more than which record it means #}
    to_jsonb(nullif(array_remove(case
        when is_deletion then array[{{ key_reasons | join(',\n        ') }}]::jsonb[]
        else array[
        {{ reasons | join(',\n        ') }}{{ ',' if reasons }}
        case when subject_key is null then jsonb_build_object('code', 'subject_unknown', 'column', null, 'value', null) end
    ]::jsonb[] end || array[{{ mark_reasons() }}]::jsonb[], null), '{}')) as reasons
from identified
{%- endif -%}
{% endmacro %}
