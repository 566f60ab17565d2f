-- Warnings (监管预警): rules as data, a ledger of what was raised and ended, and what departments say they do about it.
create schema if not exists supervision;

-- Every version of every rule that was ever loaded, from dbt_project/warning_rules/. Only an open end may be closed.
create table if not exists sharing.warning_rule (
    rule_id text collate "C" not null,
    rule_version text collate "C" not null,
    kind text collate "C" not null,
    -- 提示 notice, 关注 attention, 重点 key
    severity text collate "C" not null check (severity in ('notice', 'attention', 'key')),
    title_zh text not null,
    title_en text not null,
    -- in force on a day: in_force_from <= day < in_force_until; null = open
    in_force_from date not null,
    in_force_until date,
    -- levels of the city's scale A–E
    levels_at_least smallint check (levels_at_least between 1 and 4),
    -- calendar months
    months smallint check (months > 0),
    points_at_least numeric check (points_at_least > 0),
    -- in the unit of what is compared: points of the score, or of the limit's total
    distance_at_most numeric check (distance_at_most >= 0),
    days_before smallint check (days_before > 0),
    legal_basis text not null,
    content_hash text collate "C" not null,
    source_text text not null,
    loaded_at timestamptz not null default clock_timestamp(),
    primary key (rule_id, rule_version),
    check (in_force_until is null or in_force_until > in_force_from)
);

-- What a rule looks at: a rulebook ('all' = each that is published), and where the kind asks for it a leaf or a limit.
create table if not exists sharing.warning_scope (
    rule_id text collate "C" not null,
    rule_version text collate "C" not null,
    rulebook_id text collate "C" not null,
    indicator_id text collate "C" not null default '',
    limit_id text collate "C" not null default '',
    primary key (rule_id, rule_version, rulebook_id, indicator_id, limit_id),
    foreign key (rule_id, rule_version) references sharing.warning_rule
);

-- The ledger, gapless and resumable by sequence. Rows are added and never changed; sharing.warning is the state.
create table if not exists sharing.warning_event (
    sequence bigint primary key check (sequence > 0),
    event text collate "C" not null check (event in ('raised', 'ended')),
    -- the sequence of its 'raised'
    warning_id bigint not null references sharing.warning_event,
    -- the release that was judged, and its as-of date
    publication_id bigint not null references sharing.publication,
    as_of date not null,
    rule_id text collate "C" not null,
    rule_version text collate "C" not null,
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    -- which of several of one rule and subject: the change, the record, the limit; '' where there can be only one
    occurrence text collate "C" not null,
    -- whose record it is about; null = not about one record
    department_id text collate "C",
    -- of 'ended'
    cause text collate "C",
    -- of 'raised'
    since_on date,
    evidence jsonb,
    message_zh text,
    recorded_at timestamptz not null default clock_timestamp(),
    foreign key (rule_id, rule_version) references sharing.warning_rule,
    check ((event = 'ended') = (cause is not null)),
    check ((event = 'raised') = (since_on is not null and evidence is not null and message_zh is not null)),
    check ((event = 'raised') = (warning_id = sequence))
);
create unique index if not exists warning_event_once on sharing.warning_event (warning_id, event);
create index if not exists warning_event_by_subject on sharing.warning_event (subject_key, rulebook_id, facet);

-- What a department does about a warning, in its own words. Each department sees its own only.
create table if not exists sharing.warning_acknowledgement (
    acknowledgement_id bigint generated always as identity primary key,
    warning_id bigint not null references sharing.warning_event,
    department_id text collate "C" not null default sharing.current_department(),
    action_zh text not null,
    acknowledged_at timestamptz not null default clock_timestamp()
);
create index if not exists warning_acknowledgement_by_warning
on sharing.warning_acknowledgement (warning_id, department_id, acknowledgement_id);

-- Which releases were judged: how far the change feed was read, and with which versions of rules.
create table if not exists supervision.warning_run (
    publication_id bigint primary key references sharing.publication,
    as_of date not null,
    last_sequence bigint not null,
    -- '<rule>@<version>' in force on as_of, in name order
    rules text[] not null,
    raised bigint not null,
    ended bigint not null,
    ran_at timestamptz not null default clock_timestamp()
);

-- Warnings that still hold.
create or replace view supervision.open_warning as
select raised.*
from sharing.warning_event as raised
where
    raised.event = 'raised'
    and not exists (
        select from sharing.warning_event as ended
        where ended.warning_id = raised.warning_id and ended.event = 'ended'
    );
