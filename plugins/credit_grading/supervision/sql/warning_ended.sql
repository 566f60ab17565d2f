-- Warnings that no longer hold, each with the cause. Numbers go on from the ledger itself, under its lock: no gaps.
with over as (
    select
        open_warning.*,
        warning_rule.kind, warning_rule.months, warning_rule.levels_at_least,
        warning_rule.in_force_until <= %(as_of)s as is_rule_over,
        grade.subject_key is not null as is_graded,
        grade.city_grade, grade.score,
        (open_warning.evidence ->> 'until')::date as holds_until
    from supervision.open_warning
    inner join sharing.warning_rule
        on open_warning.rule_id = warning_rule.rule_id and open_warning.rule_version = warning_rule.rule_version
    left join sharing.grade
        on
            open_warning.rulebook_id = grade.rulebook_id
            and open_warning.subject_key = grade.subject_key
            and open_warning.facet = grade.facet
    where not exists (
        select from true_warning
        where
            true_warning.rule_id = open_warning.rule_id
            and true_warning.rule_version = open_warning.rule_version
            and true_warning.rulebook_id = open_warning.rulebook_id
            and true_warning.subject_key = open_warning.subject_key
            and true_warning.facet = open_warning.facet
            and true_warning.occurrence = open_warning.occurrence
    )
)

insert into sharing.warning_event (
    sequence, event, warning_id, publication_id, as_of, rule_id, rule_version, rulebook_id, subject_key, facet,
    occurrence, department_id, cause
)
select
    (select coalesce(max(last.sequence), 0) from sharing.warning_event as last)
    + row_number() over (order by over.warning_id) as sequence,
    'ended' as event,
    over.warning_id,
    %(publication_id)s as publication_id,
    %(as_of)s as as_of,
    over.rule_id, over.rule_version, over.rulebook_id, over.subject_key, over.facet,
    over.occurrence, over.department_id,
    case
        when over.is_rule_over then 'rule_ended'
        when not over.is_graded then 'no_longer_graded'
        when %(is_roll_back)s then 'rolled_back'
        when over.kind in ('grade_drop', 'levels_in_period') and over.city_grade is null then 'no_longer_graded'
        when
            over.kind in ('grade_drop', 'levels_in_period')
            and strpos('ABCDE', over.city_grade) - strpos('ABCDE', over.evidence ->> 'from_city_grade')
            >= over.levels_at_least
            and (over.since_on + make_interval(months => over.months))::date <= %(as_of)s
            then 'period_over'
        when over.kind in ('grade_drop', 'levels_in_period') then 'recovered'
        when over.kind = 'points_in_period' then 'below_threshold'
        when over.score < (over.evidence ->> 'lower')::numeric then 'threshold_crossed'
        when over.kind = 'near_threshold' and exists (
            select from sharing.limit_hit
            where
                limit_hit.rulebook_id = over.rulebook_id
                and limit_hit.subject_key = over.subject_key
                and limit_hit.facet = over.facet
                and limit_hit.limit_id = over.occurrence
        ) then 'threshold_crossed'
        when over.kind = 'near_threshold' then 'moved_away'
        when over.kind = 'publicity_ends' and exists (
            select from sharing.publicity
            where
                publicity.rulebook_id = over.rulebook_id
                and publicity.subject_key = over.subject_key
                and publicity.record_key = over.evidence ->> 'record_key'
                and publicity.repaired_on <= %(as_of)s
        ) then 'repaired'
        when over.holds_until <= %(as_of)s then 'validity_over'
        else 'record_gone'
    end as cause
from over
