-- Retention (保存期限): how long what is kept, what would be removed, and what was removed.
create schema if not exists supervision;

-- The rules, from warehouse/retention_rule.csv, loaded by `prepare`. What no rule names is kept for good.
create table if not exists supervision.retention_rule (
    rule_id text collate "C" primary key,
    -- 'records': landing and staging rows of a catalogue item, from the day on which the record counts no more;
    -- 'rejected_rows': quarantine, from the day on which the row was put right or written off;
    -- 'superseded': what publications wrote over, from the day of the publication
    what text collate "C" not null check (what in ('records', 'rejected_rows', 'superseded')),
    catalogue_item_id text collate "C" unique,
    -- calendar months
    keep_months integer not null check (keep_months > 0),
    -- the document, or 本项目假设
    source text not null check (btrim(source) <> ''),
    check ((what = 'records') = (catalogue_item_id is not null))
);
create unique index if not exists retention_rule_of_its_kind on supervision.retention_rule (what)
where catalogue_item_id is null;

-- Every preview: what the rules allowed to remove on a day.
create table if not exists supervision.retention_preview (
    plan_id bigint generated always as identity primary key,
    day date not null,
    made_at timestamptz not null default clock_timestamp()
);

create table if not exists supervision.retention_plan (
    plan_id bigint not null references supervision.retention_preview,
    rule_id text collate "C" not null,
    table_name text collate "C" not null,
    rows bigint not null check (rows > 0),
    -- of the days from which the months were counted
    oldest date not null,
    newest date not null,
    -- the rule in words, as it was then
    reason text not null,
    -- of the rows' identities, whatever their order: the same digest is the same set
    digest numeric not null,
    primary key (plan_id, rule_id, table_name)
);

-- Every removal, line by line as previewed. landing.batch and the other ledgers are never shortened.
create table if not exists supervision.removal (
    plan_id bigint not null,
    rule_id text collate "C" not null,
    table_name text collate "C" not null,
    rows bigint not null,
    digest numeric not null,
    approved_by text not null check (btrim(approved_by) <> ''),
    removed_at timestamptz not null default clock_timestamp(),
    primary key (plan_id, rule_id, table_name),
    foreign key (plan_id, rule_id, table_name) references supervision.retention_plan
);

-- Per batch what is no longer there, so that landed = accepted + quarantined can still be shown by counting.
create table if not exists supervision.removed_row (
    plan_id bigint not null references supervision.retention_preview,
    contract_id text collate "C" not null,
    batch_id bigint not null references landing.batch,
    accepted bigint not null,
    quarantined bigint not null,
    removed_at timestamptz not null default clock_timestamp(),
    primary key (plan_id, batch_id)
);

-- The last day of a keeping time has passed: the same day so many calendar months later has come.
create or replace function supervision.is_kept_long_enough(since date, keep_months integer, day date) returns boolean
language sql immutable parallel safe
as $$ select since + make_interval(months => keep_months) <= day $$;

-- Of each staged batch what was removed since it was staged, and before (a batch that is staged anew is counted anew).
create or replace view supervision.removed_of_batch as
select
    staged.contract_id,
    staged.batch_id,
    coalesce(sum(removed.accepted) filter (where removed.removed_at > staged.staged_at), 0) as accepted,
    coalesce(sum(removed.quarantined) filter (where removed.removed_at > staged.staged_at), 0) as quarantined,
    coalesce(
        sum(removed.accepted + removed.quarantined) filter (where removed.removed_at <= staged.staged_at), 0
    ) as before_staging
from staging.staged_batch as staged
inner join supervision.removed_row as removed
    on staged.contract_id = removed.contract_id and staged.batch_id = removed.batch_id
group by staged.contract_id, staged.batch_id;
