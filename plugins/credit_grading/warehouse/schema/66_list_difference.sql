-- One row per list that a feed with snapshots delivered: what came, changed and went, as delivered; and what became of
-- it. `ended` records are known to be gone. Where rows cannot be read (`unreadable_rows`), fewer end than disappeared:
-- a record is gone only once a list says so that could be read.
create or replace view quality.list_difference as
select
    snapshot.department_id,
    snapshot.feed_id,
    snapshot.contract_id,
    snapshot.list_name,
    snapshot.is_older,
    snapshot.known_from,
    snapshot.records_before,
    snapshot.records,
    snapshot.inserted,
    snapshot.changed,
    snapshot.disappeared,
    100.0 * snapshot.disappeared / nullif(snapshot.records_before, 0) as disappeared_percent,
    staged_batch.batch_id is not null as is_staged,
    (
        select count(*) from staging.disappearance where disappearance.snapshot_id = snapshot.snapshot_id
    ) as ended,
    (
        select count(*) from quarantine.rejected_row
        where
            rejected_row.contract_id = snapshot.contract_id
            and rejected_row.batch_id = any(snapshot.batch_ids)
            and rejected_row.record_key is null
    ) as unreadable_rows
from landing.snapshot
left join staging.staged_batch
    on snapshot.contract_id = staged_batch.contract_id and snapshot.snapshot_id = staged_batch.batch_id;
