-- What grades mean in scenarios (应用场景), on any day: the effect, the grade and the limit behind it, from when to when.

-- Effects of every version that was ever published. A version never changes, so that its rows are added once.
create table if not exists sharing.scenario_effect_history (
    rulebook_id text collate "C" not null,
    rulebook_version text collate "C" not null,
    scenario text collate "C" not null,
    grade text collate "C" not null,
    position integer not null,
    effect text collate "C" not null,
    value numeric,
    effect_zh text not null,
    effect_en text not null,
    legal_basis text,
    -- the first release with this version
    publication_id bigint not null references sharing.publication deferrable initially deferred,
    primary key (rulebook_id, rulebook_version, scenario, grade, position)
);

-- The limit that decided a grade, beside the change that brought it: the change feed itself does not name it.
create table if not exists sharing.deciding_limit (
    sequence bigint primary key references sharing.grade_change,
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    limit_id text collate "C" not null,
    effect text collate "C" not null,
    title_zh text not null,
    title_en text not null,
    legal_basis text
);

-- whoever reads the change reads the limit behind it
call sharing.keep_policy(
    'deciding_limit', 'department_reads',
    'for select using (exists (select from sharing.grade_change as visible'
    ' where visible.sequence = deciding_limit.sequence))'
);
