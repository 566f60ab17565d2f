-- Compiled rulebooks: every version that was ever loaded, never changed afterwards.
create schema if not exists rulebook;

create table if not exists rulebook.rulebook (
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    title_zh text not null,
    title_en text not null,
    authority_zh text not null,
    legal_basis jsonb not null,
    in_force_from date not null,
    in_force_until date,
    cycle text not null,
    -- which subjects: kinds of subject key, and the catalogue item whose effective record makes a subject a member
    population_subject_kinds text[] not null,
    population_item_id text collate "C" not null,
    per_facet boolean not null,
    start_score numeric not null,
    lowest_score numeric,
    highest_score numeric,
    -- 0 = records only; n = reads scores of rulebooks of a stage below n
    stage smallint not null check (stage >= 0),
    content_hash text collate "C" not null,
    source_text text not null,
    loaded_at timestamptz not null default clock_timestamp(),
    primary key (rulebook_id, version),
    check (in_force_until is null or in_force_until > in_force_from)
);

create table if not exists rulebook.indicator (
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    indicator_id text collate "C" not null,
    parent_id text collate "C",
    position integer not null,
    title_zh text not null,
    title_en text not null,
    -- percent within the siblings; null = counts at full (point ledgers)
    weight numeric check (weight > 0),
    is_leaf boolean not null,
    -- leaves only:
    source text collate "C" check (source in ('records', 'rulebook_score')),
    source_rulebook_id text collate "C",
    aggregate text collate "C" check (aggregate in ('count', 'sum', 'maximum', 'latest')),
    quantity text collate "C" check (quantity in ('points_declared', 'points_counted', 'amount', 'quantity')),
    scale text collate "C" check (scale in ('linear', 'bands')),
    linear_intercept numeric,
    linear_slope numeric,
    lowest_value numeric,
    highest_value numeric,
    -- value when nothing is known (no record for 'latest'/'maximum', no upstream score)
    value_when_missing numeric,
    legal_basis text,
    primary key (rulebook_id, version, indicator_id),
    foreign key (rulebook_id, version) references rulebook.rulebook
);

-- Which records feed a leaf. A row with a behaviour code is for that code alone.
create table if not exists rulebook.indicator_item (
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    indicator_id text collate "C" not null,
    catalogue_item_id text collate "C" not null,
    behaviour_code text collate "C" not null default '',
    -- '' = any severity
    severity text collate "C" not null default '',
    -- calendar months from occurred_on, half-open; null = the record's own effective dates
    validity_months integer check (validity_months > 0),
    -- the record's own effective dates, but at most so many calendar months from occurred_on
    longest_months integer check (longest_months > 0),
    -- points fixed by the rulebook; null = the record's own
    points numeric,
    check (validity_months is null or longest_months is null),
    primary key (rulebook_id, version, indicator_id, catalogue_item_id, behaviour_code, severity),
    foreign key (rulebook_id, version, indicator_id) references rulebook.indicator
);

-- raw value in [lower, upper) → value; null = open end. Bands of an indicator cover the line without gap or overlap.
create table if not exists rulebook.indicator_band (
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    indicator_id text collate "C" not null,
    lower numeric,
    upper numeric,
    value numeric not null,
    unique nulls not distinct (rulebook_id, version, indicator_id, lower),
    foreign key (rulebook_id, version, indicator_id) references rulebook.indicator
);

-- Vetoes ('veto': the grade is `grade`, however good the score), caps ('cap': never above `grade`), and 'no_grade'.
-- No limit lifts a grade: a score that deserves worse keeps the worse grade.
create table if not exists rulebook.grade_limit (
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    limit_id text collate "C" not null,
    effect text collate "C" not null check (effect in ('veto', 'cap', 'no_grade')),
    grade text collate "C",
    title_zh text not null,
    title_en text not null,
    catalogue_item_id text collate "C" not null,
    behaviour_code text collate "C" not null default '',
    severity text collate "C" not null default '',
    validity_months integer check (validity_months > 0),
    longest_months integer check (longest_months > 0),
    legal_basis text,
    primary key (rulebook_id, version, limit_id),
    foreign key (rulebook_id, version) references rulebook.rulebook,
    check (validity_months is null or longest_months is null),
    check ((effect = 'no_grade') = (grade is null))
);

-- Grade bands, best first (rank 1). Bounds say themselves whether they belong to the band.
create table if not exists rulebook.grade_band (
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    rank smallint not null check (rank > 0),
    grade text collate "C" not null,
    title_zh text not null,
    -- A–E of the city's unified scale
    city_grade text collate "C" not null check (city_grade in ('A', 'B', 'C', 'D', 'E')),
    lower numeric,
    lower_included boolean not null,
    upper numeric,
    upper_included boolean not null,
    primary key (rulebook_id, version, rank),
    unique (rulebook_id, version, grade),
    foreign key (rulebook_id, version) references rulebook.rulebook
);

-- What a grade means for supervision (信用监管清单).
create table if not exists rulebook.measure (
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    grade text collate "C" not null,
    position integer not null,
    measure_zh text not null,
    measure_en text not null,
    inspection_ratio_percent numeric check (inspection_ratio_percent between 0 and 100),
    inspections_per_year numeric check (inspections_per_year >= 0),
    legal_basis text,
    primary key (rulebook_id, version, grade, position),
    foreign key (rulebook_id, version, grade) references rulebook.grade_band (rulebook_id, version, grade)
);
