-- Records as received. One table per contract is added beside these by credit_grading.landing.tables.
create schema if not exists landing;

-- The ledger of batches: a batch is one file, or one window of a query, received whole.
-- It commits together with its rows, so a batch that is listed here is complete.
create table if not exists landing.batch (
    batch_id bigint generated always as identity primary key,
    contract_id text collate "C" not null,
    department_id text collate "C" not null,
    feed_id text collate "C" not null,
    window_key text collate "C" not null,
    -- of the header and all values as received
    content_hash text collate "C" not null,
    -- of a file's bytes: lets an unchanged file be recognised without reading its rows; null for queries
    source_hash text collate "C",
    -- the batch that this one corrects: the one before it of the same window
    follows_batch_id bigint references landing.batch,
    source_name text not null,
    row_count bigint not null check (row_count >= 0),
    -- columns of the source that the contract does not know: kept with the rows, reported here
    unknown_columns text[] not null default '{}',
    -- 送达方式: what the batch says about records that are not in it. 'older_snapshot': a list that arrived after a
    -- newer one; kept, and without effect on the versions of records.
    delivery_kind text collate "C" not null default 'append' check (
        delivery_kind in ('append', 'snapshot', 'older_snapshot', 'changes')
    ),
    dag_run_id text,
    -- when this content reached us: the second of the two clocks
    known_from timestamptz not null default clock_timestamp(),
    -- The same content for the same window is the same batch: this is what makes a re-run harmless. A window that
    -- goes from A to B and back to A is three batches, or the way back would be lost.
    unique nulls not distinct (department_id, feed_id, window_key, content_hash, follows_batch_id)
);
-- What a text means hangs on the header it came under: a fine in 万元 or in 元, a code of 2016 or of 2018. `layout` is
-- the layout of the contract that the header was recognised as (null: its own), `headings` the heading of each column.
alter table landing.batch add column if not exists layout text collate "C";
alter table landing.batch add column if not exists headings jsonb not null default '{}';

-- Every list that a feed with snapshots delivered: which batches make it up, and how it differs from the one before.
-- Commits together with its batches. A record is compared by its identifying columns as delivered.
create table if not exists landing.snapshot (
    -- the last batch that came with it
    snapshot_id bigint primary key references landing.batch on delete cascade,
    contract_id text collate "C" not null,
    department_id text collate "C" not null,
    feed_id text collate "C" not null,
    -- what the files of one list have in common; lists follow each other in the order of their names
    list_name text collate "C" not null,
    -- all parts of the list, also those that an earlier delivery brought
    batch_ids bigint[] not null check (cardinality(batch_ids) > 0),
    -- arrived after a newer list: changes nothing, and is compared with nothing
    is_older boolean not null,
    records_before bigint,
    records bigint,
    inserted bigint,
    changed bigint,
    disappeared bigint,
    known_from timestamptz not null default clock_timestamp(),
    check (is_older = (records is null)),
    check (records_before + inserted - disappeared = records)
);
create index if not exists snapshot_by_feed on landing.snapshot (department_id, feed_id, snapshot_id desc);

-- Every attempt to receive a feed, good or bad. `outcome` is the named state of the feed.
create table if not exists landing.feed_attempt (
    attempt_id bigint generated always as identity primary key,
    department_id text collate "C" not null,
    feed_id text collate "C" not null,
    outcome text collate "C" not null check (outcome in (
        'loaded', 'nothing_new', 'not_yet_published', 'empty_feed', 'missing_file', 'unreadable_file',
        'unknown_encoding', 'wrong_header', 'source_unreachable', 'volume_below_minimum',
        'person_key_missing', 'person_key_changed', 'too_many_disappeared'
    )),
    batch_ids bigint[] not null default '{}',
    rows_landed bigint not null default 0,
    -- what is wrong, as {level, department, feed, file, row, column, message}; level: error, warning, info
    problems jsonb not null default '[]',
    dag_run_id text,
    attempted_at timestamptz not null default clock_timestamp()
);
create index if not exists feed_attempt_by_feed on landing.feed_attempt (department_id, feed_id, attempt_id desc);
