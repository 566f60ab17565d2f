-- Trials of draft rulebooks beside the current ones. Nothing here is published; a trial that was made stays.
create schema if not exists what_if;

create table if not exists what_if.trial (
    trial_id bigint generated always as identity primary key,
    made_at timestamptz not null default clock_timestamp(),
    made_by text not null default session_user,
    as_of date not null,
    knowledge_at timestamptz not null,
    -- the run whose results the drafts were compared with; null = the current rulebooks were evaluated for the trial
    compared_run_id bigint references evaluation.run,
    -- [{"rulebook_id": …, "version": …, "file": …, "content_hash": …, "title_zh": …, "title_en": …}, …]
    drafts jsonb not null,
    -- weights are changed by up to so many percent either way
    noise_percent numeric not null check (noise_percent > 0 and noise_percent < 100),
    draws integer not null check (draws > 0),
    -- of the noise and of the samples: the same seed gives the same numbers
    seed bigint not null,
    -- at most so many subjects (and facets) of a rulebook take part in the sensitivity
    sample_limit integer not null check (sample_limit > 0),
    -- at most so many movers of a rulebook are listed
    mover_limit integer not null check (mover_limit >= 0)
);

-- The rulebooks whose grades a draft can change: the drafts, and whatever reads their scores.
create table if not exists what_if.rulebook (
    trial_id bigint not null references what_if.trial on delete cascade,
    rulebook_id text collate "C" not null,
    title_zh text not null,
    title_en text not null,
    is_draft boolean not null,
    -- null: no version was in force on the day
    version_before text collate "C",
    version_after text collate "C",
    primary key (trial_id, rulebook_id)
);

-- How many subjects (and facets) went from which grade to which. Not present: not graded by that rulebook; present
-- without grade: no grade.
create table if not exists what_if.migration (
    trial_id bigint not null references what_if.trial on delete cascade,
    rulebook_id text collate "C" not null,
    -- better or worse on the city's scale, else by place in the rulebook's own; 'other': to or from no grade
    direction text collate "C" not null check (direction in ('same', 'up', 'down', 'enters', 'leaves', 'other')),
    present_before boolean not null,
    grade_before text collate "C",
    city_grade_before text collate "C",
    present_after boolean not null,
    grade_after text collate "C",
    city_grade_after text collate "C",
    subjects bigint not null,
    unique nulls not distinct (
        trial_id, rulebook_id, present_before, grade_before, city_grade_before,
        present_after, grade_after, city_grade_after
    )
);

-- Who moves and why, the longest moves first; capped per rulebook (trial.mover_limit), counted in full in migration.
create table if not exists what_if.mover (
    trial_id bigint not null references what_if.trial on delete cascade,
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    place integer not null,
    direction text collate "C" not null check (direction in ('up', 'down', 'enters', 'leaves', 'other')),
    grade_before text collate "C",
    city_grade_before text collate "C",
    status_before text collate "C",
    score_before numeric,
    grade_after text collate "C",
    city_grade_after text collate "C",
    status_after text collate "C",
    score_after numeric,
    -- [{"kind": "line", "id": …, "title_zh": …, "title_en": …, "before": …, "after": …, "change": …}, …]; kind:
    -- 'population'; 'status'; 'cut_off'; 'limit'; 'start', 'line', 'rest' (of the lines) and 'bounds' (lowest and
    -- highest score), which sum to the change of the score; 'city_grade'; 'level'; 'condition' (nothing else differs)
    reasons jsonb not null,
    primary key (trial_id, rulebook_id, subject_key, facet)
);
