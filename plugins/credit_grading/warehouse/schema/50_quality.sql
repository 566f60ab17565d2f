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

-- Fingerprint of what would be released: rows and the sum of their hashes, table by table, whatever the order of rows.
-- The gate stores it, publication computes it again under a lock and refuses anything else. The tables are named
-- as text because dbt builds them later; a table that is not there yet is 'absent', so it still changes the answer.
create or replace function quality.candidate_fingerprint() returns text
language plpgsql stable
-- the text of a row must not depend on who asks
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set extra_float_digits = 1
as $$
declare
    candidate_table text;
    part text;
    parts text[] := '{}';
begin
    foreach candidate_table in array array[
        'grade', 'contribution', 'limit_hit', 'crosswalk_level', 'single_change', 'indicator', 'grade_limit',
        'grade_band', 'grade_condition', 'rulebook', 'measure', 'scenario_effect', 'dictionary', 'feed_age',
        'rulebook_data_age', 'bidding_bad_behaviour', 'procurement_supplier', 'procurement_violation',
        'procurement_expert', 'expert_review', 'expert_violation'
    ] loop
        if to_regclass(format('candidate.%I', candidate_table)) is null then
            part := 'absent';
        else
            -- hash_record_extended will not do: it is linear, so values that change places between two rows
            -- leave the sum as it was
            execute format(
                'select count(*) || ''/'' || coalesce(sum(hashtextextended(content::text, 0)::numeric), 0)'
                ' from candidate.%I as content',
                candidate_table
            ) into part;
        end if;
        parts := parts || (candidate_table || '=' || part);
    end loop;
    return array_to_string(parts, ' ');
end
$$;
