-- Falls of a grade can become true by a change only; time alone ends them. So the grades that changed since the release
-- judged before are looked at, and those with an open warning of this kind; after a change of the rules in force
-- (last_sequence 0) every grade that changed within the longest period.
create temporary table concerned on commit drop as
select distinct grade_change.rulebook_id, grade_change.subject_key, grade_change.facet
from sharing.grade_change
where
    grade_change.sequence > %(last_sequence)s
    and grade_change.as_of > (
        select (%(as_of)s::date - make_interval(months => max(watched_rule.months)) - interval '3 days')::date
        from watched_rule
        where watched_rule.kind in ('grade_drop', 'levels_in_period')
    )
union
select open_warning.rulebook_id, open_warning.subject_key, open_warning.facet
from supervision.open_warning
inner join sharing.warning_rule
    on open_warning.rule_id = warning_rule.rule_id and open_warning.rule_version = warning_rule.rule_version
where warning_rule.kind in ('grade_drop', 'levels_in_period')
