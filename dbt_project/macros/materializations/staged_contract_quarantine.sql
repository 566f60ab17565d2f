{#- The statements of materialization staged_contract that keep quarantine: rejected rows whole, with their history. -#}

{% macro staging_reject_sql(contract_id, landing_relation, has_corrections) %}
    insert into quarantine.rejected_row as held (
        contract_id, batch_id, row_number, department_id, feed_id, source_name, record_key, subject_key, reasons,
        received_row, corrects_batch_id, corrects_row_number
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
        {%- if has_corrections %}
        case when corrected.is_rejected then judged.corrected_root[1] end,
        case when corrected.is_rejected then judged.corrected_root[2] end
        {%- else %}
        null, null
        {%- endif %}
    from staging_judged as judged
    inner join landing.batch on judged.batch_id = batch.batch_id
    inner join {{ landing_relation }} as landed
        on judged.batch_id = landed.batch_id and judged.row_number = landed.row_number
    {%- if has_corrections %}
    {#- sent again and still wrong: it stands for the first row in whose place it was sent, which may be rejected now too #}
    cross join lateral (
        select
            exists (
                select from quarantine.rejected_row as first_sent
                where
                    first_sent.contract_id = '{{ contract_id }}' and first_sent.department_id = judged.department_id
                    and (first_sent.batch_id, first_sent.row_number)
                    = (judged.corrected_root[1], judged.corrected_root[2])
            )
            or exists (
                select from staging_judged as first_sent
                where
                    first_sent.reasons is not null and first_sent.department_id = judged.department_id
                    and (first_sent.batch_id, first_sent.row_number)
                    = (judged.corrected_root[1], judged.corrected_root[2])
            ) as is_rejected
        where judged.corrected_root is not null
        union all
        select false where judged.corrected_root is null
    ) as corrected
    {%- endif %}
    where judged.reasons is not null
    on conflict (contract_id, batch_id, row_number) do update
    set record_key = excluded.record_key, subject_key = excluded.subject_key, reasons = excluded.reasons
    where
        (held.record_key, held.subject_key, held.reasons)
        is distinct from (excluded.record_key, excluded.subject_key, excluded.reasons)
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


{#- A rejected row is put right by the first accepted row of the same record that came after it. -#}
{% macro staging_clear_sql(contract_id) %}
    update quarantine.rejected_row
    set cleared_by_batch_id = (
        select min(judged.batch_id)
        from staging_judged as judged
        where
            judged.reasons is null
            and judged.record_key = rejected_row.record_key
            and (judged.batch_id, judged.row_number) > (rejected_row.batch_id, rejected_row.row_number)
    )
    where
        rejected_row.contract_id = '{{ contract_id }}'
        and rejected_row.cleared_by_batch_id is null
        and exists (
            select from staging_judged as judged
            where
                judged.reasons is null
                and judged.record_key = rejected_row.record_key
                and (judged.batch_id, judged.row_number) > (rejected_row.batch_id, rejected_row.row_number)
        )
{% endmacro %}
