-- Quarantine that people work with: what came back corrected, what will never be, and in which words it is told.

-- 隔离编号 Q<batch>-<row>: how a person, and a row that is sent again, names a rejected row. A letter in front keeps
-- spreadsheets from taking it for a date.
create or replace function quarantine.reference(batch_id bigint, row_number bigint) returns text
language sql immutable parallel safe
as $$ select 'Q' || batch_id || '-' || row_number $$;

-- {batch, row} that a reference names; null for any other text.
create or replace function quarantine.referenced(reference text) returns bigint[]
language sql immutable parallel safe
as $$
    select case
        when reference ~ '^Q[0-9]{1,18}-[0-9]{1,18}$'
            then array[split_part(substr(reference, 2), '-', 1)::bigint, split_part(reference, '-', 2)::bigint]
    end
$$;

-- Whether one row of a record says what was so before another: by their sequence; where they have none, by the day of
-- their version; where these say nothing or the same, by their places, {batch, row} (decisions 0012 and 0014).
create or replace function quarantine.is_older(
    one_sequence numeric, one_day date, one_place bigint[], other_sequence numeric, other_day date, other_place bigint[]
) returns boolean
language sql immutable parallel safe
as $$
    select case
        when one_sequence <> other_sequence then one_sequence < other_sequence
        when one_sequence is null and other_sequence is null and one_day <> other_day then one_day < other_day
        else one_place < other_place
    end
$$;

-- altered only where missing: altering would wait for every reader
do $$
begin
    if not exists (
        select from pg_attribute where attrelid = 'landing.batch'::regclass and attname = 'holds_corrections'
    ) then
        -- the file has the column 隔离编号: rows that were sent back, and so never the whole of anything
        alter table landing.batch add column holds_corrections boolean not null default false;
        -- the first rejected row in whose place this one was sent
        alter table quarantine.rejected_row add column corrects_batch_id bigint, add column corrects_row_number bigint;
    end if;
end
$$;

do $$
begin
    if not exists (
        select from pg_attribute where attrelid = 'landing.batch'::regclass and attname = 'repeats_batch_id'
    ) then
        -- the same bytes were read again under headings that were explained since: the first batch of them
        alter table landing.batch add column repeats_batch_id bigint references landing.batch;
        -- what orders the row among those of its record; the day is null where its list decides, whatever rows say
        alter table quarantine.rejected_row add column change_sequence numeric, add column version_day date;
    end if;
end
$$;
create index if not exists rejected_row_by_corrected on quarantine.rejected_row
(contract_id, corrects_batch_id, corrects_row_number) where corrects_batch_id is not null;

-- The words of seed rejection_reason and of the contracts, kept here by dbt: what is shared must not vanish while a
-- seed is loaded again.
create table if not exists quarantine.rejection_reason (
    code text collate "C" primary key,
    title_zh text not null,
    advice_zh text not null
);

create table if not exists quarantine.column_heading (
    contract_id text collate "C" not null,
    column_name text collate "C" not null,
    heading text not null,
    primary key (contract_id, column_name)
);

-- The reasons of a row in words, in their order: [{"column", "title", "advice"}, …].
create or replace function quarantine.told_reasons(reasons jsonb) returns jsonb
language sql stable
as $$
    select jsonb_agg(
        jsonb_build_object(
            'column', listed.reason ->> 'column',
            'title', coalesce(known.title_zh, listed.reason ->> 'code'),
            'advice', coalesce(known.advice_zh, '')
        )
        order by listed.place
    )
    from jsonb_array_elements(reasons) with ordinality as listed (reason, place)
    left join quarantine.rejection_reason as known on listed.reason ->> 'code' = known.code
$$;

-- 作废: a person decides that a row will never be corrected, or takes that back. The newest decision counts, all stay.
create table if not exists quarantine.decision (
    decision_id bigint generated always as identity primary key,
    contract_id text collate "C" not null,
    batch_id bigint not null references landing.batch,
    row_number bigint not null,
    kind text collate "C" not null check (kind in ('void', 'reopen')),
    reason text not null check (btrim(reason) <> ''),
    decided_by text not null check (btrim(decided_by) <> ''),
    decided_at timestamptz not null default clock_timestamp()
);
create index if not exists decision_by_row on quarantine.decision (contract_id, batch_id, row_number, decision_id desc);
