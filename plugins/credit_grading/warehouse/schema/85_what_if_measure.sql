-- What a trial measures of each rulebook: sensitivity to weights, crowding at cut-offs, scores, stability.
-- What small changes of the weights do: of a sample, how many grades flip. grade null = all grades.
create table if not exists what_if.sensitivity (
    trial_id bigint not null references what_if.trial on delete cascade,
    rulebook_id text collate "C" not null,
    side text collate "C" not null check (side in ('before', 'after')),
    grade text collate "C",
    rank smallint,
    subjects bigint not null,
    flips_up bigint not null,
    flips_down bigint not null,
    -- subjects whose grade flips in at least one draw
    subjects_flipped bigint not null,
    -- (flips_up + flips_down) / (subjects × draws), in percent; the worst draw
    flipped_percent numeric not null,
    worst_draw_percent numeric not null,
    unique nulls not distinct (trial_id, rulebook_id, side, grade)
);

-- How crowded the cut-offs are: scores within so many points below and above (or at) each.
create table if not exists what_if.crowding (
    trial_id bigint not null references what_if.trial on delete cascade,
    rulebook_id text collate "C" not null,
    side text collate "C" not null check (side in ('before', 'after')),
    grade text collate "C" not null,
    rank smallint not null,
    cut_off numeric not null,
    within_points numeric not null,
    subjects_below bigint not null,
    subjects_above bigint not null,
    primary key (trial_id, rulebook_id, side, grade, within_points)
);

-- Scores in bands of equal width, for the picture.
create table if not exists what_if.score_band (
    trial_id bigint not null references what_if.trial on delete cascade,
    rulebook_id text collate "C" not null,
    side text collate "C" not null check (side in ('before', 'after')),
    place integer not null,
    lower numeric not null,
    upper numeric not null,
    subjects bigint not null,
    primary key (trial_id, rulebook_id, side, place)
);

-- Population stability index: Σ (after − before) × ln(after / before) over shares of the subjects graded.
create table if not exists what_if.stability (
    trial_id bigint not null references what_if.trial on delete cascade,
    rulebook_id text collate "C" not null,
    -- 'city_grade': over A–E; 'score': over the tenths of the scores before
    measured_over text collate "C" not null check (measured_over in ('city_grade', 'score')),
    subjects_before bigint not null,
    subjects_after bigint not null,
    index_value numeric not null,
    primary key (trial_id, rulebook_id, measured_over)
);
