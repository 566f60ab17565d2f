-- The ledger of evaluation runs. dbt reads the as-of date from here, because changing dbt variables
-- would force a full parse of the project on every run.
create schema if not exists evaluation;

create table if not exists evaluation.run (
    run_id bigint generated always as identity primary key,
    as_of date not null,
    -- records that reached us after this moment are not seen by this run
    knowledge_at timestamptz not null,
    dag_run_id text,
    state text collate "C" not null default 'open' check (state in (
        'open', 'evaluated', 'verified', 'refused', 'published', 'abandoned'
    )),
    reason text,
    opened_at timestamptz not null default clock_timestamp(),
    closed_at timestamptz
);
create unique index if not exists run_one_open on evaluation.run ((true))
where state in ('open', 'evaluated', 'verified');

create or replace view evaluation.current_run as
select run_id, as_of, knowledge_at, dag_run_id, state
from evaluation.run
order by run_id desc
limit 1;
