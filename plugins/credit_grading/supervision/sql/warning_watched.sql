-- What the rules in force on the release's day look at, 'all' written out; and the warnings that will be found true.
create temporary table watched_rule on commit drop as
select
    warning_rule.rule_id,
    warning_rule.rule_version,
    warning_rule.kind,
    warning_rule.levels_at_least,
    warning_rule.months,
    warning_rule.points_at_least,
    warning_rule.distance_at_most,
    warning_rule.days_before,
    rulebook.rulebook_id,
    rulebook.rulebook_version,
    warning_scope.indicator_id,
    warning_scope.limit_id
from sharing.warning_rule
inner join sharing.warning_scope
    on warning_rule.rule_id = warning_scope.rule_id and warning_rule.rule_version = warning_scope.rule_version
inner join sharing.rulebook on warning_scope.rulebook_id in ('all', rulebook.rulebook_id)
where
    warning_rule.in_force_from <= %(as_of)s
    and (warning_rule.in_force_until is null or warning_rule.in_force_until > %(as_of)s);

create temporary table true_warning (
    rule_id text collate "C" not null,
    rule_version text collate "C" not null,
    rulebook_id text collate "C" not null,
    subject_key text collate "C" not null,
    facet text collate "C" not null,
    occurrence text collate "C" not null,
    department_id text collate "C",
    since_on date not null,
    evidence jsonb not null,
    -- what happened, as the middle of a Chinese sentence
    what_zh text not null,
    primary key (rule_id, rule_version, rulebook_id, subject_key, facet, occurrence)
) on commit drop
