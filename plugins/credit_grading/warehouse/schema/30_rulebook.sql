-- Compiled rulebooks: every version that was ever loaded, never changed afterwards.
create schema if not exists rulebook;

create table if not exists rulebook.rulebook (
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    -- 'scored': the indicators make a score; 'crosswalk': the grade was made elsewhere
    kind text collate "C" not null check (kind in ('scored', 'crosswalk')),
    title_zh text not null,
    title_en text not null,
    authority_zh text not null,
    legal_basis jsonb not null,
    in_force_from date not null,
    in_force_until date,
    cycle text not null,
    -- the day on which a year of points begins; null = no such year
    year_begins_month smallint check (year_begins_month between 1 and 12),
    year_begins_day smallint check (year_begins_day between 1 and 28),
    -- which subjects: kinds of subject key, and the catalogue item whose effective record makes a subject a member
    population_subject_kinds text[] not null,
    population_item_id text collate "C" not null,
    per_facet boolean not null,
    -- null for a crosswalk
    start_score numeric,
    lowest_score numeric,
    highest_score numeric,
    -- percent of the weight that must be known for a grade; null = none
    minimum_known_percent numeric check (minimum_known_percent > 0 and minimum_known_percent <= 100),
    -- 0 = records only; n = reads scores of rulebooks of a stage below n
    stage smallint not null check (stage >= 0),
    content_hash text collate "C" not null,
    source_text text not null,
    loaded_at timestamptz not null default clock_timestamp(),
    -- when in_force_until was written: a run that is repeated with what was known before does not see it
    until_known_from timestamptz,
    primary key (rulebook_id, version),
    check (in_force_until is null or in_force_until > in_force_from),
    check ((kind = 'crosswalk') = (start_score is null)),
    check ((year_begins_month is null) = (year_begins_day is null))
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
    -- false: contributes nothing, for conditions only
    is_scored boolean not null,
    -- groups only: what is left out gives its weight to the others
    redistributes boolean not null,
    -- leaves only:
    source text collate "C" check (source in ('records', 'rulebook_score')),
    source_rulebook_id text collate "C",
    -- how the scores of several facets become one, and what weighs them
    facet_aggregate text collate "C" check (facet_aggregate in ('mean', 'minimum', 'maximum')),
    aggregate text collate "C" check (
        aggregate in ('count', 'sum', 'maximum', 'minimum', 'latest', 'mean', 'ratio')
    ),
    quantity text collate "C" check (quantity in ('points_declared', 'points_counted', 'amount', 'quantity')),
    -- of a mean of records or of facets
    weighted_by text collate "C" check (weighted_by in ('amount', 'quantity')),
    once_per_case boolean not null,
    scale text collate "C" check (scale in ('linear', 'bands', 'goalposts')),
    linear_intercept numeric,
    linear_slope numeric,
    goalpost_worst numeric,
    goalpost_best numeric,
    lowest_value numeric,
    highest_value numeric,
    -- value in each state; null = such a leaf is left out (in a redistributing group only)
    value_when_missing numeric,
    value_when_stale numeric,
    value_when_exempt numeric,
    value_when_not_applicable numeric,
    stale_after_months integer check (stale_after_months > 0),
    has_exemption boolean not null,
    has_applicability boolean not null,
    direction text collate "C" check (direction in ('higher', 'lower')),
    legal_basis text,
    primary key (rulebook_id, version, indicator_id),
    foreign key (rulebook_id, version) references rulebook.rulebook
);

-- Whatever looks at records, under a short number: the big tables of the evaluation carry this number only.
create table if not exists rulebook.target (
    target_no integer generated always as identity primary key,
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    purpose text collate "C" not null check (
        purpose in ('population', 'indicator', 'exempt', 'applicable', 'limit', 'crosswalk')
    ),
    -- id of the indicator or of the limit; '' for population and crosswalk
    target_id text collate "C" not null,
    unique (rulebook_id, version, purpose, target_id),
    foreign key (rulebook_id, version) references rulebook.rulebook
);

-- Which records a target looks at. A line with a behaviour code is for that code alone.
create table if not exists rulebook.record_line (
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    purpose text collate "C" not null,
    target_id text collate "C" not null,
    -- of a ratio: the records above the line
    is_numerator boolean not null default false,
    catalogue_item_id text collate "C" not null,
    behaviour_code text collate "C" not null default '',
    -- '' = any severity
    severity text collate "C" not null default '',
    -- calendar months from occurred_on, half-open; null = the record's own effective dates
    validity_months integer check (validity_months > 0),
    -- the record's own effective dates, but at most so many calendar months from occurred_on
    longest_months integer check (longest_months > 0),
    until_cycle_end boolean not null default false,
    -- points fixed by the rulebook; null = the record's own
    points numeric,
    -- share of the points from so many calendar months after occurred_on, ascending; null = points do not fade
    decay_months integer[],
    decay_percent numeric[],
    -- steps of the repair table, in order; null = a repaired record no longer counts
    repair_within_days integer[],
    repair_within_years integer[],
    repair_amount_at_most numeric[],
    repair_percent numeric[],
    check (validity_months is null or longest_months is null),
    check (cardinality(decay_months) = cardinality(decay_percent)),
    primary key (
        rulebook_id, version, purpose, target_id, is_numerator, catalogue_item_id, behaviour_code, severity
    ),
    foreign key (rulebook_id, version, purpose, target_id)
    references rulebook.target (rulebook_id, version, purpose, target_id)
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
    -- conditions, one of which is enough; all null = one active record is enough
    quantity text collate "C" check (quantity in ('points_declared', 'points_counted', 'amount', 'quantity')),
    total_at_least numeric,
    single_at_least numeric,
    count_at_least integer check (count_at_least > 0),
    -- calendar months from the day on which a condition is fulfilled; null = while it is fulfilled
    lasts_months integer check (lasts_months > 0),
    legal_basis text,
    primary key (rulebook_id, version, limit_id),
    foreign key (rulebook_id, version) references rulebook.rulebook,
    check ((effect = 'no_grade') = (grade is null))
);

-- Grade bands, best first (rank 1). Bounds say themselves whether they belong to the band.
create table if not exists rulebook.grade_band (
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    rank smallint not null check (rank > 0),
    grade text collate "C" not null,
    title_zh text not null,
    -- A–E of the city's unified scale; null = this grade maps to none of them
    city_grade text collate "C" check (city_grade in ('A', 'B', 'C', 'D', 'E')),
    -- scored rulebooks
    lower numeric,
    lower_included boolean not null default false,
    upper numeric,
    upper_included boolean not null default false,
    -- crosswalks: the level made elsewhere, and the score that other rulebooks read
    level text collate "C",
    level_score numeric,
    primary key (rulebook_id, version, rank),
    unique (rulebook_id, version, grade),
    foreign key (rulebook_id, version) references rulebook.rulebook
);

-- What a grade asks of raw values besides the score.
create table if not exists rulebook.grade_condition (
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    grade text collate "C" not null,
    position integer not null,
    indicator_id text collate "C" not null,
    at_least numeric,
    at_most numeric,
    check (at_least is not null or at_most is not null),
    primary key (rulebook_id, version, grade, position),
    foreign key (rulebook_id, version, grade) references rulebook.grade_band (rulebook_id, version, grade),
    foreign key (rulebook_id, version, indicator_id) references rulebook.indicator
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

-- What a grade means in a scenario (应用场景): approval, public service, public-resource trading.
create table if not exists rulebook.scenario_effect (
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    scenario text collate "C" not null check (
        scenario in ('approval', 'public_service', 'public_resource_trading')
    ),
    grade text collate "C" not null,
    position integer not null,
    effect text collate "C" not null check (effect in (
        'bid_points', 'price_markup_percent', 'deposit_percent', 'green_channel', 'priority',
        'deferred_documents', 'stricter_review', 'exclusion'
    )),
    value numeric,
    effect_zh text not null,
    effect_en text not null,
    legal_basis text,
    primary key (rulebook_id, version, scenario, grade, position),
    foreign key (rulebook_id, version, grade) references rulebook.grade_band (rulebook_id, version, grade)
);

-- The first day of the year of points after the one that holds a day.
create or replace function rulebook.next_year_begin(day date, month integer, day_of_month integer) returns date
language sql immutable parallel safe
as $$
    select case
        when make_date(extract(year from day)::integer, month, day_of_month) > day
            then make_date(extract(year from day)::integer, month, day_of_month)
        else make_date(extract(year from day)::integer + 1, month, day_of_month)
    end
$$;
