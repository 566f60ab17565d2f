-- Verdicts of the gate. A publication demands the verdict row of its own run.
create schema if not exists quality;

create table if not exists quality.verdict (
    verdict_id bigint generated always as identity primary key,
    run_id bigint not null references evaluation.run,
    -- 'staging' examines what came in, 'publication' what would go out
    gate text collate "C" not null check (gate in ('staging', 'publication')),
    outcome text collate "C" not null check (outcome in ('passed', 'failed')),
    reason text not null,
    checks_expected integer not null check (checks_expected > 0),
    checks_executed integer not null,
    failed_fatal integer not null,
    failed_warning integer not null,
    -- content of the candidates the gate looked at; publication refuses anything else
    candidate_fingerprint text collate "C",
    started_at timestamptz not null,
    finished_at timestamptz not null,
    check (outcome = 'failed' or (failed_fatal = 0 and checks_executed = checks_expected))
);
create index if not exists verdict_by_run on quality.verdict (run_id, gate, verdict_id desc);

create table if not exists quality.check_result (
    verdict_id bigint not null references quality.verdict,
    suite text collate "C" not null,
    check_id text collate "C" not null,
    title_zh text not null,
    severity text collate "C" not null check (severity in ('fatal', 'warning', 'info')),
    -- precedence: error > not_applicable > failed > passed
    status text collate "C" not null check (status in ('error', 'not_applicable', 'failed', 'passed')),
    numerator bigint,
    denominator bigint,
    sample_keys jsonb not null default '[]',
    detail text,
    owner text not null,
    note text,
    primary key (verdict_id, suite, check_id)
);
