{#- The statements of materialization staged_contract that see what a complete list no longer holds. -#}

{% macro staging_pending_lists_sql() %}
    select exists (
        select from landing.snapshot
        where not is_older and snapshot_id in (select batch_id from staging_pending)
    )
{% endmacro %}


{#- CTEs `list` (every list that is staged, in its place), `listed` (the batches that make it up; what came between two
    lists in another way belongs to the one before) and `unreadable` (rows of a list whose record cannot be read). -#}
{% macro staging_lists(contract_id) %}
    list as (
        select
            snapshot_id, feed_id, department_id, batch_ids, known_from,
            row_number() over (partition by department_id, feed_id order by snapshot_id) as place,
            snapshot_id in (select batch_id from staging_pending) as is_pending
        from landing.snapshot
        where
            contract_id = '{{ contract_id }}' and not is_older
            and (
                snapshot_id in (select batch_id from staging_pending)
                or snapshot_id in (select batch_id from staging.staged_batch where contract_id = '{{ contract_id }}')
            )
    ),

    listed as (
        select department_id, feed_id, place, known_from, unnest(batch_ids) as batch_id from list
        union all
        select
            batch.department_id, batch.feed_id,
            (
                select count(*) from list
                where
                    list.department_id = batch.department_id and list.feed_id = batch.feed_id
                    and list.snapshot_id < batch.batch_id
            ),
            batch.known_from, batch.batch_id
        from landing.batch
        where
            batch.contract_id = '{{ contract_id }}' and batch.delivery_kind in ('append', 'changes')
            and (batch.department_id, batch.feed_id) in (select department_id, feed_id from list)
    ),

    unreadable as (
        select listed.department_id, listed.feed_id, listed.place, rejected.subject_key
        from listed
        inner join quarantine.rejected_row as rejected
            on listed.batch_id = rejected.batch_id and rejected.contract_id = '{{ contract_id }}'
        where rejected.record_key is null
    )
{%- endmacro %}
