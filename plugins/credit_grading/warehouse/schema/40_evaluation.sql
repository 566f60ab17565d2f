-- The ledger of evaluation runs. dbt reads the as-of date from here, because changing dbt variables
-- would force a full parse of the project on every run.
create schema if not exists evaluation;

create table if not exists evaluation.run (
    run_id bigint generated always as identity primary key,
    as_of date not null,
    -- records that reached us after this moment are not seen by this run
    knowledge_at timestamptz not null,
    -- rulebook versions, and ends of versions, that were loaded after this moment are not seen; null = all are
    rulebooks_at timestamptz,
    dag_run_id text,
    -- 'full': every subject; 'touched': the subjects that something happened to since the run `follows_run_id`;
    -- 'given': those of evaluation.given_subject, in a workspace
    mode text collate "C" not null default 'full' check (mode in ('full', 'touched', 'given')),
    follows_run_id bigint references evaluation.run,
    -- why every subject had to be evaluated
    mode_reason text,
    -- the versions in force on as_of, each with the number of its population's target
    rulebooks text[],
    -- of the SQL that evaluates: results of other SQL are not carried on
    engine_hash text collate "C",
    state text collate "C" not null default 'open' check (state in (
        'open', 'evaluated', 'verified', 'refused', 'published', 'abandoned'
    )),
    reason text,
    opened_at timestamptz not null default clock_timestamp(),
    closed_at timestamptz,
    check ((mode = 'touched') = (follows_run_id is not null))
);
create unique index if not exists run_one_open on evaluation.run ((true))
where state in ('open', 'evaluated', 'verified');

create or replace view evaluation.current_run as
select run_id, as_of, knowledge_at, rulebooks_at, dag_run_id, mode, follows_run_id, state
from evaluation.run
order by run_id desc
limit 1;

-- Which run the tables of the evaluation hold, whole and undisturbed; empty while a run writes them. Unlogged like
-- those tables: a crash of the server that empties them empties this one too, and the next run begins anew.
create unlogged table if not exists evaluation.held_run (
    only_row boolean primary key default true check (only_row),
    run_id bigint not null
);

-- The subjects of a run in mode 'given'.
create table if not exists evaluation.given_subject (
    subject_key text collate "C" primary key
);
