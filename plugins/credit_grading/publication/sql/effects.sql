-- What grades of this version mean in scenarios, once per version; and beside each change the limit that decides. After
-- the tables of a publication of either kind and its part of the change feed are written; both sequences may be null.
with kept as (
    insert into sharing.scenario_effect_history (
        rulebook_id, rulebook_version, scenario, grade, position, effect, value, effect_zh, effect_en, legal_basis,
        publication_id
    )
    select
        scenario_effect.rulebook_id,
        rulebook.rulebook_version,
        scenario_effect.scenario,
        scenario_effect.grade,
        scenario_effect.position,
        scenario_effect.effect,
        scenario_effect.value,
        scenario_effect.effect_zh,
        scenario_effect.effect_en,
        scenario_effect.legal_basis,
        %(publication_id)s
    from sharing.scenario_effect
    inner join sharing.rulebook on scenario_effect.rulebook_id = rulebook.rulebook_id
    on conflict do nothing
)

insert into sharing.deciding_limit (
    sequence, rulebook_id, subject_key, facet, limit_id, effect, title_zh, title_en, legal_basis
)
select
    grade_change.sequence,
    grade_change.rulebook_id,
    grade_change.subject_key,
    grade_change.facet,
    grade_limit.limit_id,
    grade_limit.effect,
    grade_limit.title_zh,
    grade_limit.title_en,
    grade_limit.legal_basis
from sharing.grade_change
inner join sharing.grade using (rulebook_id, subject_key, facet)
inner join sharing.grade_limit on grade.rulebook_id = grade_limit.rulebook_id and grade.limit_id = grade_limit.limit_id
where
    grade_change.sequence between %(first_sequence)s and %(last_sequence)s
    and grade_change.change <> 'removed'
