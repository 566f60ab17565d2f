-- staging.<contract> tables are built by dbt; the ledgers below outlive any rebuild.
create schema if not exists staging;
create schema if not exists quarantine;

-- One row per batch and contract once it is staged: landed = accepted + quarantined is a constraint, not a hope.
create table if not exists staging.staged_batch (
    contract_id text collate "C" not null,
    batch_id bigint not null references landing.batch,
    landed bigint not null,
    accepted bigint not null,
    quarantined bigint not null,
    staged_at timestamptz not null default clock_timestamp(),
    primary key (contract_id, batch_id),
    check (landed = accepted + quarantined)
);

-- A record that the list before still held and this one does not: known to be gone from this list's arrival on.
create table if not exists staging.disappearance (
    contract_id text collate "C" not null,
    record_key text collate "C" not null,
    -- the list without it
    snapshot_id bigint not null references landing.snapshot on delete cascade,
    department_id text collate "C" not null,
    feed_id text collate "C" not null,
    known_from timestamptz not null,
    primary key (contract_id, record_key, snapshot_id)
);
create index if not exists disappearance_by_list on staging.disappearance (snapshot_id);
-- How many rows of a staged batch, accepted or not, hold a value that staging could read, column by column.
create table if not exists staging.batch_fill (
    contract_id text collate "C" not null,
    batch_id bigint not null,
    column_name text collate "C" not null,
    filled bigint not null check (filled >= 0),
    primary key (contract_id, batch_id, column_name),
    -- a contract that is staged anew is counted anew
    foreign key (contract_id, batch_id) references staging.staged_batch on delete cascade
);
-- altered only where missing: altering would wait for every reader
do $$
begin
    if not exists (
        select from pg_attribute where attrelid = 'staging.batch_fill'::regclass and attname = 'asked'
    ) then
        -- rows that could hold a value, so no deletions; null = all that landed (counted before there were deletions)
        alter table staging.batch_fill add column asked bigint check (asked >= filled);
    end if;
end
$$;

create table if not exists quarantine.rejected_row (
    contract_id text collate "C" not null,
    batch_id bigint not null references landing.batch,
    row_number bigint not null,
    department_id text collate "C" not null,
    feed_id text collate "C" not null,
    source_name text not null,
    -- hash of department, contract and natural key; null where the key itself is unusable
    record_key text collate "C",
    -- whom the row is about, where that is certain: a code or a person without fault
    subject_key text collate "C",
    -- [{"code": "credit_code_check_digit", "column": "credit_code", "value": "9150…"}, …]
    reasons jsonb not null check (jsonb_array_length(reasons) > 0),
    received_row jsonb not null,
    rejected_at timestamptz not null default clock_timestamp(),
    -- the later batch whose accepted row with the same key put this one right
    cleared_by_batch_id bigint references landing.batch,
    primary key (contract_id, batch_id, row_number)
);
create index if not exists rejected_row_by_department on quarantine.rejected_row (department_id, feed_id, batch_id);
create index if not exists rejected_row_by_record on quarantine.rejected_row (contract_id, record_key);
