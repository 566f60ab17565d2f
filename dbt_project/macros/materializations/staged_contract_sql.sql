{#- The statements of materialization staged_contract. All read the temporary table staging_judged. -#}

{% macro staging_pending_sql(contract_id) %}
    create temporary table staging_pending on commit drop as
    select batch.batch_id, batch.row_count, batch.holds_corrections, batch.repeats_batch_id
    from landing.batch
    where
        batch.contract_id = '{{ contract_id }}'
        and batch.batch_id not in (select batch_id from staging.staged_batch where contract_id = '{{ contract_id }}')
{% endmacro %}


{#- A row that says exactly what an accepted row already said is kept, and marked: repeated among the new rows … -#}
{% macro staging_repeated_sql() %}
    with repeated as (
        select record_key, row_hash, min(array[batch_id, row_number]) as first_place
        from staging_judged
        where reasons is null
        group by record_key, row_hash
        having count(*) > 1
    )

    update staging_judged
    set warnings = staging_judged.warnings || 'repeated_record'::text
    from repeated
    where
        staging_judged.reasons is null
        and staging_judged.record_key = repeated.record_key
        and staging_judged.row_hash = repeated.row_hash
        and array[staging_judged.batch_id, staging_judged.row_number] > repeated.first_place
{% endmacro %}


{#- … or held from earlier batches. -#}
{% macro staging_held_sql(target_relation) %}
    update staging_judged
    set warnings = staging_judged.warnings || 'repeated_record'::text
    where
        reasons is null
        and not warnings @> array['repeated_record']
        and exists (
            select from {{ target_relation }} as held
            where held.record_key = staging_judged.record_key and held.row_hash = staging_judged.row_hash
        )
{% endmacro %}


{% macro staging_accept_sql(target_relation, columns) %}
    insert into {{ target_relation }} ({{ columns | join(', ') }})
    select {{ columns | join(', ') }} from staging_judged where reasons is null
{% endmacro %}


{#- Landed is what the ledger of batches says arrived; accepted and quarantined are counted. The table's own check
    refuses the whole transaction where they differ. -#}
{% macro staging_ledger_sql(contract_id) %}
    with judged as (
        select
            batch_id,
            count(*) filter (where reasons is null) as accepted,
            count(*) filter (where reasons is not null) as quarantined
        from staging_judged
        group by batch_id
    )

    insert into staging.staged_batch (contract_id, batch_id, landed, accepted, quarantined)
    select
        '{{ contract_id }}', pending.batch_id, pending.row_count,
        coalesce(judged.accepted, 0), coalesce(judged.quarantined, 0)
    from staging_pending as pending
    left join judged on pending.batch_id = judged.batch_id
{% endmacro %}


{% macro staging_counts_sql(contract_id) %}
    select
        coalesce(sum(staged_batch.landed), 0)::bigint, coalesce(sum(staged_batch.accepted), 0)::bigint,
        coalesce(sum(staged_batch.quarantined), 0)::bigint, count(*)
    from staging.staged_batch
    inner join staging_pending on staged_batch.batch_id = staging_pending.batch_id
    where staged_batch.contract_id = '{{ contract_id }}'
{% endmacro %}
