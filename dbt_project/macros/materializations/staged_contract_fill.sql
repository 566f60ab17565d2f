{#- The statement of materialization staged_contract that counts, per new batch and column, the rows with a value. One
    pass over the judged rows; the ledger row of the batch is written before it. A deletion is asked for no value: it
    need not say more than which record it means. -#}
{% macro staging_fill_sql(contract_id) %}
    {#- a part of another column is staged in that one -#}
    {%- set names = contract_definition(contract_id).columns
        | rejectattr('meta.part_of', 'defined') | map(attribute='name') | list -%}
    insert into staging.batch_fill (contract_id, batch_id, column_name, filled, asked)
    select '{{ contract_id }}', counted.batch_id, filled.column_name, filled.filled, counted.asked_rows
    from (
        select
            batch_id, count(*) filter (where not is_deletion) as asked_rows
            {%- for name in names %}, count({{ name }}) filter (where not is_deletion) as {{ name }}{% endfor %}
        from staging_judged
        group by batch_id
    ) as counted
    cross join lateral (
        values {% for name in names %}('{{ name }}', counted.{{ name }}){{ ', ' if not loop.last }}{% endfor %}
    ) as filled (column_name, filled)
{% endmacro %}
