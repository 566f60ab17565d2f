-- Each effect while grade, limit and version stay the same; half-open days of evaluation. A later release decides
-- about every day from its as-of date on, so that a period ends with the earliest day of any later change: what a
-- roll-back took back leaves none behind.
create or replace view sharing.effect_period with (security_invoker = true) as
with state as (
    select
        grade_change.rulebook_id, grade_change.subject_key, grade_change.facet, grade_change.sequence,
        grade_change.publication_id, grade_change.as_of, grade_change.rulebook_version, grade_change.grade,
        grade_change.city_grade, deciding_limit.limit_id, deciding_limit.effect as limit_effect,
        deciding_limit.title_zh as limit_zh, deciding_limit.title_en as limit_en,
        deciding_limit.legal_basis as limit_legal_basis,
        lag(grade_change.sequence) over of_grade as previous_sequence,
        lag(grade_change.rulebook_version) over of_grade as previous_version,
        lag(grade_change.grade) over of_grade as previous_grade,
        lag(deciding_limit.limit_id) over of_grade as previous_limit_id
    from sharing.grade_change
    left join sharing.deciding_limit on grade_change.sequence = deciding_limit.sequence
    window of_grade as (
        partition by grade_change.rulebook_id, grade_change.subject_key, grade_change.facet
        order by grade_change.sequence
    )
),

period as (
    select
        state.*,
        min(state.as_of) over (
            partition by state.rulebook_id, state.subject_key, state.facet
            order by state.sequence
            rows between 1 following and unbounded following
        ) as valid_until
    from state
    where
        state.previous_sequence is null
        or state.rulebook_version is distinct from state.previous_version
        or state.grade is distinct from state.previous_grade
        or state.limit_id is distinct from state.previous_limit_id
)

select
    period.rulebook_id, period.subject_key, period.facet,
    scenario_effect_history.scenario,
    -- 1 = strictest; conflicts between rulebooks are shown, not solved
    case scenario_effect_history.effect
        when 'exclusion' then 1
        when 'stricter_review' then 2
        when 'price_markup_percent' then 3
        when 'bid_points' then 4
        when 'deposit_percent' then 5
        when 'deferred_documents' then 6
        when 'priority' then 7
        else 8
    end as strictness,
    scenario_effect_history.position, scenario_effect_history.effect, scenario_effect_history.value,
    scenario_effect_history.effect_zh, scenario_effect_history.effect_en, scenario_effect_history.legal_basis,
    period.rulebook_version, period.grade, period.city_grade, period.limit_id, period.limit_effect, period.limit_zh,
    period.limit_en, period.limit_legal_basis, period.publication_id, period.sequence,
    period.as_of as valid_from, period.valid_until
from period
inner join sharing.scenario_effect_history
    on
        period.rulebook_id = scenario_effect_history.rulebook_id
        and period.rulebook_version = scenario_effect_history.rulebook_version
        and period.grade = scenario_effect_history.grade
where
    period.as_of < period.valid_until
    -- What goes on must be in a grade that can be read: whoever reads some divisions reads no change elsewhere, so that
    -- the last one it read, of a subject that left, says nothing of what came after.
    or (
        period.valid_until is null
        and exists (
            select from sharing.grade
            where
                grade.rulebook_id = period.rulebook_id
                and grade.subject_key = period.subject_key
                and grade.facet = period.facet
        )
    );

-- What holds now, with the day on which time alone will next change the grade.
create or replace view sharing.effect_in_force with (security_invoker = true) as
select
    effect_period.*,
    grade.subject_name, grade.next_change_on
from sharing.effect_period
inner join sharing.grade
    on
        effect_period.rulebook_id = grade.rulebook_id
        and effect_period.subject_key = grade.subject_key
        and effect_period.facet = grade.facet
where effect_period.valid_until is null;
