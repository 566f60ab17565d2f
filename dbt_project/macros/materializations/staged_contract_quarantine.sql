{#- The statements of materialization staged_contract that keep quarantine: rejected rows whole, with their history. -#}

{% macro staging_reject_sql(contract_id, landing_relation, stands_for_others) %}
    insert into quarantine.rejected_row as held (
        contract_id, batch_id, row_number, department_id, feed_id, source_name, record_key, subject_key, reasons,
        received_row, change_sequence, version_day, corrects_batch_id, corrects_row_number
    )
    select
        '{{ contract_id }}', judged.batch_id, judged.row_number, judged.department_id, judged.feed_id,
        batch.source_name, judged.record_key,
        case
            when
                judged.subject_kind in ('coded', 'person')
                and not jsonb_path_exists(judged.reasons, '$[*].code ? (@ starts with "credit_code" || @ starts with "person")')
                then judged.subject_key
        end,
        judged.reasons,
        to_jsonb(landed) - array['batch_id', 'row_number', 'row_hash'],
        judged.change_sequence, {{ version_day(contract_id) }},
        {%- if stands_for_others %}
        coalesce(corrected.corrects_batch_id, corrected.batch_id),
        coalesce(corrected.corrects_row_number, corrected.row_number)
        {%- else %}
        null, null
        {%- endif %}
    from staging_judged as judged
    inner join landing.batch on judged.batch_id = batch.batch_id
    inner join {{ landing_relation }} as landed
        on judged.batch_id = landed.batch_id and judged.row_number = landed.row_number
    {%- if stands_for_others %}
    {#- sent or read again and still wrong: it stands for the first row in whose place it is #}
    cross join lateral (
        select case
            when batch.holds_corrections then quarantine.referenced(landed.extra_columns ->> '_corrects')
            else array[judged.corrected_batch_id, judged.corrected_row_number]
        end as place
    ) as named
    left join quarantine.rejected_row as corrected
        on
            corrected.contract_id = '{{ contract_id }}'
            and corrected.department_id = judged.department_id
            and corrected.batch_id = named.place[1]
            and corrected.row_number = named.place[2]
    {%- endif %}
    where judged.reasons is not null
    on conflict (contract_id, batch_id, row_number) do update
    set
        record_key = excluded.record_key, subject_key = excluded.subject_key, reasons = excluded.reasons,
        change_sequence = excluded.change_sequence, version_day = excluded.version_day
    where
        (held.record_key, held.subject_key, held.reasons, held.change_sequence, held.version_day)
        is distinct from
        (excluded.record_key, excluded.subject_key, excluded.reasons, excluded.change_sequence, excluded.version_day)
{% endmacro %}


{#- After a rebuild: a row that today's rules accept is no longer in quarantine. -#}
{% macro staging_release_sql(contract_id) %}
    delete from quarantine.rejected_row
    using staging_judged
    where
        rejected_row.contract_id = '{{ contract_id }}'
        and rejected_row.batch_id = staging_judged.batch_id
        and rejected_row.row_number = staging_judged.row_number
        and staging_judged.reasons is null
{% endmacro %}


{#- The day that orders a judged row among the versions of its record; a list is newer whatever its rows say. -#}
{% macro version_day(contract_id) -%}
    {%- set column = contract_definition(contract_id).meta.get('version_column') -%}
    {{ "case when judged.delivery_kind is distinct from 'snapshot' then judged." ~ column ~ " end" if column
       else "null::date" }}
{%- endmacro %}


{#- A rejected row is put right by the first accepted row of the same record that came after it and says nothing older:
    an older version that came late, or was corrected late, leaves it to be corrected. -#}
{% macro staging_clear_sql(contract_id) %}
    update quarantine.rejected_row
    set cleared_by_batch_id = clearing.batch_id
    from (
        select held.batch_id as rejected_batch_id, held.row_number, min(judged.batch_id) as batch_id
        from quarantine.rejected_row as held
        inner join staging_judged as judged
            on
                held.record_key = judged.record_key
                and judged.reasons is null
                and (judged.batch_id, judged.row_number) > (held.batch_id, held.row_number)
                and quarantine.is_older(
                    judged.change_sequence, {{ version_day(contract_id) }},
                    {{ place_of('judged') }}, held.change_sequence, held.version_day,
                    array[
                        coalesce(held.corrects_batch_id, held.batch_id),
                        coalesce(held.corrects_row_number, held.row_number)
                    ]
                ) is not true
        where held.contract_id = '{{ contract_id }}' and held.cleared_by_batch_id is null
        group by held.batch_id, held.row_number
    ) as clearing
    where
        rejected_row.contract_id = '{{ contract_id }}'
        and rejected_row.batch_id = clearing.rejected_batch_id
        and rejected_row.row_number = clearing.row_number
{% endmacro %}
