-- Double-random draws (双随机): what is put down before a draw, and what it gives. Every table is append-only; a row
-- changed past the trigger is found by `draw verify`, because the draw keeps the hash of its frame.

create table if not exists supervision.draw (
    -- <item>-<year>-<month in which the period begins>-<how often>
    draw_number text collate "C" primary key,
    plan_id bigint not null references supervision.inspection_plan,
    -- SHA-256 of the seed, in hexadecimal digits
    seed_commitment text collate "C" not null check (seed_commitment ~ '^[0-9a-f]{64}$'),
    -- SHA-256 of strata, subjects, inspectors and recusals (supervision.frame_hash)
    frame_hash text collate "C" not null,
    inspectors_per_subject integer not null,
    workload_limit integer not null,
    results_due_on date not null,
    committed_by text not null,
    committed_at timestamptz not null default clock_timestamp()
);

create table if not exists supervision.draw_event (
    draw_number text collate "C" not null references supervision.draw,
    event text collate "C" not null check (event in ('drawn', 'cancelled')),
    -- the seed that was committed to, of a draw that was made
    seed text collate "C" check ((seed is not null) = (event = 'drawn')),
    -- why, of one that was cancelled
    reason text check ((reason is not null) = (event = 'cancelled')),
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (draw_number, event)
);

-- The frame: all of these before the draw. Each stratum is one grade of the whole city.
create table if not exists supervision.draw_stratum (
    draw_number text collate "C" not null references supervision.draw deferrable initially deferred,
    stratum text collate "C" not null,
    subjects bigint not null,
    to_draw bigint not null,
    primary key (draw_number, stratum)
);

create table if not exists supervision.draw_frame (
    draw_number text collate "C" not null references supervision.draw deferrable initially deferred,
    subject_key text collate "C" not null,
    stratum text collate "C" not null,
    subject_name text not null,
    division_code text collate "C" not null,
    primary key (draw_number, subject_key)
);

create table if not exists supervision.draw_inspector (
    draw_number text collate "C" not null references supervision.draw deferrable initially deferred,
    inspector_code text collate "C" not null,
    certificate_number text not null,
    department_name text not null,
    primary key (draw_number, inspector_code)
);

create table if not exists supervision.draw_recusal (
    draw_number text collate "C" not null references supervision.draw deferrable initially deferred,
    inspector_code text collate "C" not null,
    subject_key text collate "C" not null,
    -- 'declared': on the recusal list; 'employer': the subject employs the inspector;
    -- 'inspected_last_time': the inspector was at the subject in the item's last draw that drew it
    ground text collate "C" not null check (ground in ('declared', 'employer', 'inspected_last_time')),
    primary key (draw_number, subject_key, inspector_code, ground)
);

-- What came of it.
create table if not exists supervision.drawn_subject (
    draw_number text collate "C" not null references supervision.draw,
    subject_key text collate "C" not null,
    stratum text collate "C" not null,
    -- in the order of the lots within the stratum
    position bigint not null,
    lot text collate "C" not null,
    primary key (draw_number, subject_key)
);

create table if not exists supervision.draw_assignment (
    draw_number text collate "C" not null references supervision.draw,
    subject_key text collate "C" not null,
    place integer not null,
    -- null: nobody could be assigned, and why
    inspector_code text collate "C",
    unassigned_reason text collate "C" check (unassigned_reason in (
        'too_few_inspectors', 'recusal', 'workload', 'repeat_pairing'
    )),
    primary key (draw_number, subject_key, place),
    check ((inspector_code is null) = (unassigned_reason is not null))
);

-- The recusal list (回避名单): which inspector must not inspect whom. The newest line of a pair counts.
create table if not exists supervision.recusal (
    recusal_id bigint generated always as identity primary key,
    inspector_code text collate "C" not null,
    subject_key text collate "C" not null,
    is_recused boolean not null,
    reason text not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index if not exists recusal_by_pair on supervision.recusal (inspector_code, subject_key, recusal_id);
