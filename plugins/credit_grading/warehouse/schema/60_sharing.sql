-- What departments read. These tables are stable: never dropped, never re-created, changed only by a publication.
create schema if not exists sharing;

create table if not exists sharing.publication (
    publication_id bigint primary key check (publication_id > 0),
    run_id bigint not null references evaluation.run,
    verdict_id bigint not null references quality.verdict,
    as_of date not null,
    kind text collate "C" not null default 'release' check (kind in ('release', 'roll_back')),
    grades_added bigint not null,
    grades_changed bigint not null,
    grades_removed bigint not null,
    -- of the change feed; both null when nothing changed
    first_sequence bigint,
    last_sequence bigint,
    published_at timestamptz not null default clock_timestamp(),
    unique (run_id, kind)
);

create table if not exists sharing.grade (
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    subject_name text not null,
    division_code text collate "C",
    rulebook_version text collate "C" not null,
    as_of date not null,
    score numeric not null,
    -- in the rulebook's own scale; null with a reason in grade_status
    grade text collate "C",
    city_grade text collate "C" check (city_grade in ('A', 'B', 'C', 'D', 'E')),
    grade_status text collate "C" not null check (grade_status in ('by_score', 'veto', 'cap', 'no_grade')),
    limit_id text collate "C",
    -- points missing to the next better band; null in the best band, or where a limit decides
    gap_to_next_band numeric,
    next_change_on date,
    publication_id bigint not null references sharing.publication deferrable initially deferred,
    primary key (rulebook_id, subject_key, facet)
);
create index if not exists grade_by_subject on sharing.grade (subject_key);

-- Change feed: gapless, resumable by sequence. It is also the history of every grade.
create table if not exists sharing.grade_change (
    sequence bigint primary key check (sequence > 0),
    publication_id bigint not null references sharing.publication deferrable initially deferred,
    change text collate "C" not null check (change in ('added', 'changed', 'removed')),
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    as_of date not null,
    rulebook_version text collate "C",
    previous_score numeric,
    previous_grade text collate "C",
    previous_city_grade text collate "C",
    score numeric,
    grade text collate "C",
    city_grade text collate "C"
);
create index if not exists grade_change_by_subject on sharing.grade_change (subject_key, rulebook_id, facet, sequence);

-- Lines of the sum: start + every contribution = score. Lines equal to the rulebook's default are not repeated
-- per subject: sharing.grade_explained puts them back from sharing.indicator.
create table if not exists sharing.contribution (
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    indicator_id text collate "C" not null,
    status text collate "C" not null check (status in ('hit', 'clean', 'missing')),
    raw_value numeric,
    value numeric not null,
    contribution numeric not null,
    -- [{"record_key": …, "department_id": …, "occurred_on": …, "effective_until": …, "points": …, "summary": …}, …]
    records jsonb not null,
    primary key (rulebook_id, subject_key, facet, indicator_id)
);

-- Limits that a subject's records hit, deciding or not: where one of several is lifted, the others still hold.
create table if not exists sharing.limit_hit (
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    limit_id text collate "C" not null,
    -- as in sharing.contribution, without points
    records jsonb not null,
    primary key (rulebook_id, subject_key, facet, limit_id)
);

-- The indicators of the rulebook version in force at the publication, with weight and default.
create table if not exists sharing.indicator (
    rulebook_id text collate "C" not null,
    indicator_id text collate "C" not null,
    rulebook_version text collate "C" not null,
    position integer not null,
    path_zh text not null,
    title_zh text not null,
    title_en text not null,
    factor numeric not null,
    default_value numeric not null,
    default_status text collate "C" not null,
    default_contribution numeric not null,
    -- of the raw value and of each record's share in it: 次, 元, 分; empty for a bare number
    unit_zh text not null,
    -- the rulebook whose score is the raw value; null = fed by records
    source_rulebook_id text collate "C",
    legal_basis text,
    primary key (rulebook_id, indicator_id)
);

-- Vetoes and caps of the version in force: what a limit_id in sharing.grade means.
create table if not exists sharing.grade_limit (
    rulebook_id text collate "C" not null,
    limit_id text collate "C" not null,
    rulebook_version text collate "C" not null,
    effect text collate "C" not null check (effect in ('veto', 'cap', 'no_grade')),
    grade text collate "C",
    title_zh text not null,
    title_en text not null,
    legal_basis text,
    primary key (rulebook_id, limit_id)
);

-- Grade bands of the version in force, best first.
create table if not exists sharing.grade_band (
    rulebook_id text collate "C" not null,
    rank smallint not null,
    rulebook_version text collate "C" not null,
    grade text collate "C" not null,
    title_zh text not null,
    city_grade text collate "C" not null,
    lower numeric,
    lower_included boolean not null,
    upper numeric,
    upper_included boolean not null,
    primary key (rulebook_id, rank)
);

create table if not exists sharing.rulebook (
    rulebook_id text collate "C" not null,
    rulebook_version text collate "C" not null,
    title_zh text not null,
    title_en text not null,
    authority_zh text not null,
    legal_basis jsonb not null,
    in_force_from date not null,
    in_force_until date,
    start_score numeric not null,
    lowest_score numeric,
    highest_score numeric,
    rule_text text not null,
    primary key (rulebook_id)
);

create table if not exists sharing.measure (
    rulebook_id text collate "C" not null,
    grade text collate "C" not null,
    position integer not null,
    city_grade text collate "C" not null,
    measure_zh text not null,
    measure_en text not null,
    inspection_ratio_percent numeric,
    inspections_per_year numeric,
    legal_basis text,
    primary key (rulebook_id, grade, position)
);

create table if not exists sharing.dictionary (
    table_name text collate "C" not null,
    column_name text collate "C" not null,
    position integer not null,
    data_type text not null,
    title_zh text not null,
    description_zh text not null,
    primary key (table_name, column_name)
);

-- What the gate said of the release, and how old each feed's data is.
create table if not exists sharing.verdict (
    publication_id bigint not null references sharing.publication deferrable initially deferred,
    suite text collate "C" not null,
    checks bigint not null,
    passed bigint not null,
    failed_warning bigint not null,
    not_applicable bigint not null,
    primary key (publication_id, suite)
);

create table if not exists sharing.feed_age (
    publication_id bigint not null references sharing.publication deferrable initially deferred,
    department_id text collate "C" not null,
    feed_id text collate "C" not null,
    last_received_at timestamptz,
    last_outcome text collate "C",
    age_days integer,
    -- true: the newest attempt brought nothing usable and older data was carried over
    is_carried_over boolean not null,
    primary key (publication_id, department_id, feed_id)
);

-- Which department may read which rulebook's grades; rulebook_id 'all' = every rulebook, also those to come.
-- Filled from dags/departments/*.yml.
create table if not exists sharing.entitlement (
    department_id text collate "C" not null,
    rulebook_id text collate "C" not null,
    primary key (department_id, rulebook_id)
);
