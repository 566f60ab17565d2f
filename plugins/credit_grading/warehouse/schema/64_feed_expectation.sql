-- What the gate knows of the feeds that departments promised. Filled from dags/departments/*.yml at each gate.
create table if not exists quality.feed_expectation (
    department_id text collate "C" not null,
    feed_id text collate "C" not null,
    contract_id text collate "C" not null,
    title_zh text not null,
    owner text not null,
    grace_days integer not null check (grace_days >= 0),
    minimum_rows bigint,
    maximum_rows bigint,
    rejected_share_percent numeric not null check (rejected_share_percent between 0 and 100),
    -- the last run that expected the feed: a feed that left its department file is no longer looked at
    run_id bigint not null references evaluation.run,
    first_expected_at timestamptz not null default clock_timestamp(),
    -- rule of the due days as in calendar.feed_state; null = grace_days count
    due jsonb,
    -- {column: smallest share of rows with a value, percent}
    filled_percent jsonb not null default '{}',
    primary key (department_id, feed_id)
);

-- altered only where missing: altering would wait for every reader
do $$
begin
    if not exists (
        select from pg_attribute where attrelid = 'quality.feed_expectation'::regclass and attname = 'live_since'
    ) then
        -- the first day on which feed and department are switched on: what was tried before that is nobody's fault
        alter table quality.feed_expectation add column live_since date;
    end if;
end
$$;
