-- The header of every file or window that was read, so that drift of a feed can be told over time.
-- A landed one commits with its batch; a refused one stands alone.
create table if not exists landing.received_header (
    header_id bigint generated always as identity primary key,
    department_id text collate "C" not null,
    feed_id text collate "C" not null,
    contract_id text collate "C" not null,
    source_name text not null,
    -- null: the header was refused, nothing was landed
    batch_id bigint references landing.batch on delete cascade,
    -- columns of the contract that were there
    columns text[] not null,
    -- headings that neither the contract nor the department's file knows
    unknown_columns text[] not null,
    -- columns without which nothing is landed
    missing_columns text[] not null,
    -- optional columns that held values before and are gone
    lost_columns text[] not null,
    -- [{"heading": "处罚机关名", "column": "penalty_authority", "similarity": 0.89}, …]
    suggestions jsonb not null,
    received_at timestamptz not null default clock_timestamp()
);
create index if not exists received_header_by_feed
on landing.received_header (department_id, feed_id, header_id desc);
