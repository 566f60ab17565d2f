{#- Batch by batch: rows in landing = rows the ledger says landed = rows in staging + rows in quarantine, by counting
    the rows themselves; what retention removed since counts as there. Returns the batches that do not add up, and batches
    staged that landing does not know. -#}
{% test nothing_lost(model) %}
{%- set contract_id = model.identifier -%}
with staged as (select batch_id, count(*) as accepted from {{ model }} group by batch_id),

rejected as (
    select batch_id, count(*) as quarantined
    from {{ source('quarantine', 'rejected_row') }}
    where contract_id = '{{ contract_id }}'
    group by batch_id
),

landed as (
    select batch_id, count(*) as landed
    from {{ model.database }}.landing.{{ contract_id }}
    group by batch_id
),

removed as (
    select * from {{ model.database }}.supervision.removed_of_batch where contract_id = '{{ contract_id }}'
),

ledger as (select * from {{ source('staging_ledger', 'staged_batch') }} where contract_id = '{{ contract_id }}')

select
    batch_id, landed.landed as rows_in_landing, staged.accepted as rows_in_staging,
    rejected.quarantined as rows_in_quarantine, ledger.landed, ledger.accepted, ledger.quarantined
from ledger
full join staged using (batch_id)
full join rejected using (batch_id)
left join landed using (batch_id)
left join removed using (batch_id)
where
    ledger.batch_id is null
    or coalesce(landed.landed, 0) + coalesce(removed.accepted + removed.quarantined, 0) <> ledger.landed
    or coalesce(staged.accepted, 0) + coalesce(removed.accepted, 0) <> ledger.accepted
    or coalesce(rejected.quarantined, 0) + coalesce(removed.quarantined, 0) <> ledger.quarantined
{% endtest %}
