-- Temporary tables for what the trial compares: the grades of both sides, and the bands of their rulebooks.
create temporary table side_grade (
    side text collate "C" not null,
    rulebook_id text collate "C" not null,
    version text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    score numeric,
    grade text collate "C",
    city_grade text collate "C",
    rank smallint,
    grade_status text collate "C" not null,
    limit_id text collate "C"
) on commit drop;

create temporary table side_version (
    side text collate "C" not null,
    rulebook_id text collate "C" not null,
    version text collate "C" not null
) on commit drop;

create temporary table side_band (
    side text collate "C" not null,
    rulebook_id text collate "C" not null,
    rank smallint not null,
    grade text collate "C" not null,
    city_grade text collate "C",
    lower numeric,
    lower_included boolean not null,
    upper numeric,
    upper_included boolean not null
) on commit drop;

create temporary table side_noise (
    draw integer not null,
    rulebook_id text collate "C" not null,
    indicator_id text collate "C" not null,
    -- what the noise makes of the leaf's contribution
    multiplier numeric not null,
    -- of leaves in a redistributing group: the child of the group and what the noise makes of its weight
    group_id text collate "C",
    child_id text collate "C",
    child_weight numeric,
    child_multiplier numeric
) on commit drop;

create temporary table noisy_score (
    draw integer not null,
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    score numeric not null
) on commit drop;

create temporary table side_sample (
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    rank smallint not null,
    unfulfilled_ranks smallint[] not null,
    limit_rank smallint
) on commit drop;

create temporary table sample_line (
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    indicator_id text collate "C" not null,
    contribution numeric not null,
    is_present boolean not null
) on commit drop;

create temporary table noisy_rank (
    draw integer not null,
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    rank smallint not null,
    noisy_rank smallint not null
) on commit drop;
