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
    published_at timestamptz not null default clock_timestamp()
);
-- a run is released once; it may be put back as often as need be
create unique index if not exists publication_of_run on sharing.publication (run_id) where kind = 'release';
do $$
begin
    -- of warehouses made before there were roll-backs; altered only where needed: altering waits for every reader
    if exists (select from pg_constraint where conname = 'publication_run_id_kind_key') then
        alter table sharing.publication drop constraint publication_run_id_kind_key;
    end if;
end
$$;

-- Publications of kind 'roll_back': which release each put back, and why.
create table if not exists sharing.roll_back (
    publication_id bigint primary key references sharing.publication deferrable initially deferred,
    restored_publication_id bigint not null references sharing.publication,
    reason text not null check (btrim(reason) <> ''),
    ordered_by text not null check (btrim(ordered_by) <> '')
);

create table if not exists sharing.grade (
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    subject_name text not null,
    division_code text collate "C",
    rulebook_version text collate "C" not null,
    as_of date not null,
    -- null: a crosswalk's level that says no score
    score numeric,
    -- in the rulebook's own scale; null with a reason in grade_status
    grade text collate "C",
    -- null with a grade: the grade maps to none of the city's
    city_grade text collate "C" check (city_grade in ('A', 'B', 'C', 'D', 'E')),
    grade_status text collate "C" not null check (grade_status in (
        'by_score', 'condition', 'crosswalk', 'veto', 'cap', 'no_grade', 'insufficient_data'
    )),
    limit_id text collate "C",
    -- points missing to the next better band; null in the best band, or where the score does not decide
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
    city_grade text collate "C",
    -- where the subject was and is registered: whoever reads one division is told of who leaves it, too
    previous_division_code text collate "C",
    division_code text collate "C"
);
create index if not exists grade_change_by_subject on sharing.grade_change (subject_key, rulebook_id, facet, sequence);

-- Lines of the sum: start + every contribution = score. Lines equal to the rulebook's default are not repeated
-- per subject: sharing.grade_explained puts them back from sharing.indicator.
create table if not exists sharing.contribution (
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    indicator_id text collate "C" not null,
    status text collate "C" not null check (status in (
        'hit', 'clean', 'exempt', 'not_applicable', 'missing', 'stale'
    )),
    raw_value numeric,
    -- null: left out of a redistributing group
    value numeric,
    -- product of the weights down the path; in a redistributing group after redistribution
    factor numeric not null,
    contribution numeric not null,
    -- [{"record_key": …, "department_id": …, "occurred_on": …, "effective_until": …, "points": …, "summary": …}, …]
    -- and, where it is so: "points_full" before decay and repair, "role" 'exempts' or 'applies', "is_numerator"
    records jsonb not null,
    primary key (rulebook_id, subject_key, facet, indicator_id)
);

-- Limits that a subject's records hit, deciding or not: where one of several is lifted, the others still hold.
create table if not exists sharing.limit_hit (
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    limit_id text collate "C" not null,
    -- the first day on which a limit that lasts no longer holds; null = for as long as its records count
    holds_until date,
    -- as in sharing.contribution
    records jsonb not null,
    primary key (rulebook_id, subject_key, facet, limit_id)
);

-- Where the grade was made elsewhere: the level that the newest record says, and that record.
create table if not exists sharing.crosswalk_level (
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    level text collate "C" not null,
    -- as in sharing.contribution
    records jsonb not null,
    primary key (rulebook_id, subject_key, facet)
);

-- The smallest single change that would move a grade, upwards and downwards.
create table if not exists sharing.single_change (
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    direction text collate "C" not null check (direction in ('up', 'down')),
    -- 'record_ends': a record stops counting; 'record_added': one more record of a kind;
    -- 'upstream_score': the score of another rulebook rises
    kind text collate "C" not null check (kind in ('record_ends', 'record_added', 'upstream_score')),
    -- record_ends: the record as in sharing.contribution
    record jsonb,
    -- record_added: the kind of record; '' = any
    catalogue_item_id text collate "C",
    behaviour_code text collate "C",
    severity text collate "C",
    item_title_zh text,
    -- upstream_score: the leaf that reads it, and by how much it must rise at least
    indicator_id text collate "C",
    source_rise numeric,
    -- what the change would give; no score where the grade was made elsewhere without one
    score numeric,
    grade text collate "C" not null,
    city_grade text collate "C",
    primary key (rulebook_id, subject_key, facet, direction, kind)
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
    -- false: contributes nothing, for conditions of a grade only
    is_scored boolean not null,
    -- the group within which what is left out gives its weight to the others; such a leaf is stated for every subject
    redistributing_group_id text collate "C",
    -- null: left out
    default_value numeric,
    default_status text collate "C" not null check (default_status in (
        'clean', 'exempt', 'not_applicable', 'missing', 'stale'
    )),
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
    -- conditions, one of which is enough; all null = one active record is enough
    total_at_least numeric,
    single_at_least numeric,
    count_at_least integer,
    -- calendar months from the day on which a condition is fulfilled; null = while it is fulfilled
    lasts_months integer,
    -- of what is compared: 元, 分; empty for a bare number
    unit_zh text not null,
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
    city_grade text collate "C",
    lower numeric,
    lower_included boolean not null,
    upper numeric,
    upper_included boolean not null,
    -- crosswalks: the level made elsewhere, and the score it stands for
    level text collate "C",
    level_score numeric,
    primary key (rulebook_id, rank)
);

-- What a grade asks of raw values besides the score.
create table if not exists sharing.grade_condition (
    rulebook_id text collate "C" not null,
    grade text collate "C" not null,
    position integer not null,
    indicator_id text collate "C" not null,
    at_least numeric,
    at_most numeric,
    primary key (rulebook_id, grade, position)
);

create table if not exists sharing.rulebook (
    rulebook_id text collate "C" not null,
    rulebook_version text collate "C" not null,
    -- 'scored': the indicators make a score; 'crosswalk': the grade was made elsewhere
    kind text collate "C" not null check (kind in ('scored', 'crosswalk')),
    title_zh text not null,
    title_en text not null,
    authority_zh text not null,
    legal_basis jsonb not null,
    in_force_from date not null,
    in_force_until date,
    start_score numeric,
    lowest_score numeric,
    highest_score numeric,
    -- percent of the weight that must be known for a grade; null = none
    minimum_known_percent numeric,
    rule_text text not null,
    primary key (rulebook_id)
);

create table if not exists sharing.measure (
    rulebook_id text collate "C" not null,
    grade text collate "C" not null,
    position integer not null,
    city_grade text collate "C",
    measure_zh text not null,
    measure_en text not null,
    inspection_ratio_percent numeric,
    inspections_per_year numeric,
    legal_basis text,
    primary key (rulebook_id, grade, position)
);

-- What each grade means in a scenario: approval 审批服务, public_service 公共服务, public_resource_trading 公共资源交易.
create table if not exists sharing.scenario_effect (
    rulebook_id text collate "C" not null,
    scenario text collate "C" not null,
    grade text collate "C" not null,
    position integer not null,
    city_grade text collate "C",
    effect text collate "C" not null,
    value numeric,
    effect_zh text not null,
    effect_en text not null,
    legal_basis text,
    primary key (rulebook_id, scenario, grade, position)
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
    -- true: the newest attempt brought nothing usable, or the due day has passed without anything new
    is_carried_over boolean not null,
    -- what the calendar said of a feed with a due day, as in calendar.feed_state; null = it has none
    feed_state text collate "C" check (feed_state in (
        'received', 'not_yet_due', 'due', 'not_yet_published', 'late'
    )),
    due_on date,
    primary key (publication_id, department_id, feed_id)
);
