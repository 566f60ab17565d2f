{#- The statements of materialization staged_contract for rows that come back from people, and for what they read. -#}

{#- A row that was sent back under its 隔离编号 is put right by the accepted row that carries the number, whatever
    that row's key is now; with it whatever was sent in its place before and rejected too. -#}
{% macro staging_clear_referenced_sql(contract_id, landing_relation) %}
    with accepted as (
        select
            judged.department_id, judged.batch_id,
            quarantine.referenced(landed.extra_columns ->> '_corrects') as corrected
        from staging_pending as pending
        inner join {{ landing_relation }} as landed on pending.batch_id = landed.batch_id
        inner join staging_judged as judged
            on landed.batch_id = judged.batch_id and landed.row_number = judged.row_number
        where pending.holds_corrections and judged.reasons is null
    ),

    put_right as (
        select
            coalesce(held.corrects_batch_id, held.batch_id) as first_batch_id,
            coalesce(held.corrects_row_number, held.row_number) as first_row_number,
            held.department_id,
            min(accepted.batch_id) as batch_id
        from accepted
        inner join quarantine.rejected_row as held
            on
                held.contract_id = '{{ contract_id }}'
                and held.batch_id = accepted.corrected[1]
                and held.row_number = accepted.corrected[2]
                {#- nobody clears another department's row #}
                and held.department_id = accepted.department_id
        group by 1, 2, 3
    )

    update quarantine.rejected_row
    set cleared_by_batch_id = put_right.batch_id
    from put_right
    where
        rejected_row.contract_id = '{{ contract_id }}'
        and rejected_row.department_id = put_right.department_id
        and rejected_row.cleared_by_batch_id is null
        and rejected_row.batch_id < put_right.batch_id
        and (
            (rejected_row.batch_id, rejected_row.row_number)
            = (put_right.first_batch_id, put_right.first_row_number)
            or (rejected_row.corrects_batch_id, rejected_row.corrects_row_number)
            = (put_right.first_batch_id, put_right.first_row_number)
        )
{% endmacro %}


{#- A row of a file that is read again, whose record a later row had put right: so it is, at once. What people corrected
    is asked for once more, as only they can say what stands under the heading that was explained. -#}
{% macro staging_clear_repeated_sql(contract_id) %}
    update quarantine.rejected_row
    set cleared_by_batch_id = rejected_row.batch_id
    from staging_pending as pending
    inner join quarantine.rejected_row as first_read
        on first_read.contract_id = '{{ contract_id }}' and pending.repeats_batch_id = first_read.batch_id
    inner join landing.batch as clearing
        on first_read.cleared_by_batch_id = clearing.batch_id and not clearing.holds_corrections
    where
        rejected_row.contract_id = '{{ contract_id }}'
        and rejected_row.batch_id = pending.batch_id
        and rejected_row.row_number = first_read.row_number
        and rejected_row.cleared_by_batch_id is null
{% endmacro %}


{#- The headings under which departments know the columns, for whoever reads why a row was sent back. -#}
{% macro staging_headings_sql(contract_id) %}
    {%- set headings = [] -%}
    {%- for column in contract_definition(contract_id).columns -%}
        {%- set heading = column_heading(column) -%}
        {%- do headings.append("('" ~ contract_id ~ "', '" ~ column.name ~ "', " ~ text_literals(heading) ~ ")") -%}
    {%- endfor -%}
    insert into quarantine.column_heading as held (contract_id, column_name, heading)
    values {{ headings | join(', ') }}
    on conflict (contract_id, column_name) do update set heading = excluded.heading
    where held.heading <> excluded.heading
{% endmacro %}
