create schema if not exists supervision;

-- Every attempt to bring a publication to a department, as it ended. Append-only.
create table if not exists supervision.delivery_attempt (
    attempt_id bigint generated always as identity primary key,
    department_id text collate "C" not null,
    delivery_id text collate "C" not null,
    publication_id bigint not null,
    -- files or database
    kind text collate "C" not null check (kind in ('files', 'database')),
    mode text collate "C" not null check (mode in ('full', 'changes')),
    -- 'found': an earlier attempt had brought it and was killed before it could say so
    outcome text collate "C" not null check (outcome in ('delivered', 'found', 'failed')),
    -- [{"table": …, "rows": …, "checksum": …}, …], as read again from where it was written; null where it failed
    tables jsonb,
    error text,
    started_at timestamptz not null,
    ended_at timestamptz not null default clock_timestamp(),
    check ((outcome = 'failed') = (error is not null) and (outcome = 'failed') = (tables is null))
);
create index if not exists delivery_attempt_by_delivery
on supervision.delivery_attempt (department_id, delivery_id, publication_id);

-- Whoever asks: a department its own attempts, the owner all, nobody else any.
-- security_barrier: a condition of the reader's own is applied after the choice.
create or replace view sharing.delivery with (security_barrier = true) as
select
    attempt.attempt_id,
    attempt.department_id,
    attempt.delivery_id,
    attempt.publication_id,
    attempt.kind,
    attempt.mode,
    attempt.outcome,
    (
        select sum((delivered.content ->> 'rows')::bigint)::bigint
        from jsonb_array_elements(attempt.tables) as delivered (content)
    ) as row_count,
    attempt.tables,
    attempt.error,
    attempt.started_at,
    attempt.ended_at
from supervision.delivery_attempt as attempt
where
    attempt.department_id = (select sharing.current_department())
    or (
        select pg_has_role(current_user, relation.relowner, 'usage')
        from pg_catalog.pg_class as relation where relation.oid = 'supervision.delivery_attempt'::regclass
    );
