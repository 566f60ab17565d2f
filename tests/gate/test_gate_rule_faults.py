"""Faults in what the rules say must be blocked: weights, statuses, conditions, limits, levels, effects, changes."""

import pytest

FAULTS = {
    "a redistributed line altered by next to nothing": (
        "update candidate.contribution set contribution = contribution + 0.0000000001 "
        "where indicator_id = 'paid' and subject_key like '%05'",
        "candidate.contribution/contribution_equals_value_times_factor",
    ),
    "a weight that is not the rule's": (
        "update candidate.contribution set factor = 0.5, contribution = value * 0.5 "
        "where indicator_id = 'compliance' and subject_key like '%05'",
        "candidate.contribution/contribution_equals_value_times_factor",
    ),
    "weight lost in a redistribution": (
        "update candidate.contribution set factor = 0.06, contribution = 6 "
        "where indicator_id = 'paid' and subject_key like '%05'",
        "candidate.contribution/redistributed_weights_complete",
    ),
    "a line missing from a redistributing group": (
        "delete from candidate.contribution where indicator_id = 'lent' and subject_key like '%05'",
        "candidate.contribution/redistributed_weights_complete",
    ),
    "a known indicator left out": (
        "update candidate.contribution set status = 'hit', raw_value = 1, records = '[{\"record_key\": \"k\"}]' "
        "where indicator_id = 'lent' and subject_key like '%05'",
        "candidate.contribution/left_out_only_when_unknown",
    ),
    "a missing indicator with a number": (
        "update candidate.contribution set raw_value = 1 where status = 'missing' and subject_key like '%13'",
        "candidate.contribution/left_out_only_when_unknown",
    ),
    "a stale indicator without its record": (
        "update candidate.contribution set records = '[]' where status = 'stale'",
        "candidate.contribution/hit_has_records",
    ),
    "an exemption without a record": (
        "update candidate.contribution set records = '[{\"record_key\": \"k\"}]' where status = 'exempt'",
        "candidate.contribution/exemption_has_record",
    ),
    "not applicable although a record says that it is": (
        'update candidate.contribution set records = \'[{"record_key": "k", "role": "applies"}]\' '
        "where status = 'not_applicable'",
        "candidate.contribution/not_applicable_has_no_ground",
    ),
    "a status nobody knows": (
        "update candidate.contribution set status = 'unknown' where subject_key like '%05'",
        "candidate.contribution/status_in_scale",
    ),
    "a scored indicator without weight": (
        "update candidate.indicator set factor = 0, default_contribution = 0 where indicator_id = 'compliance'",
        "candidate.indicator/factor_in_range",
    ),
    "a default within a redistributing group": (
        "update candidate.indicator set default_contribution = 1 where indicator_id = 'lent'",
        "candidate.indicator/default_equals_value_times_factor",
    ),
    "a condition waved through": (
        "update candidate.grade set grade_status = 'by_score', grade = 'A', city_grade = 'A' "
        "where grade_status = 'condition'",
        "candidate.grade/condition_decides",
    ),
    "a condition that was fulfilled": (
        "update candidate.grade set grade_status = 'condition', grade = 'B', city_grade = 'B' "
        "where rulebook_id = 'public_credit' and subject_key like '%01'",
        "candidate.grade/condition_decides",
    ),
    "a condition that lets fall too far": (
        "update candidate.grade set grade = 'C', city_grade = 'C' where grade_status = 'condition'",
        "candidate.grade/condition_decides",
    ),
    "a condition of a grade that the score does not reach": (
        "update candidate.grade set grade_status = 'condition' where subject_key like '%05'",
        "candidate.grade/band_matches_score",
    ),
    "a grade lifted by a limit": (
        "insert into rulebook.grade_limit (rulebook_id, version, limit_id, effect, grade, title_zh, title_en) "
        "values ('public_credit', '2025', 'capped', 'cap', 'C', '上限', 'Capped'); "
        "insert into candidate.limit_hit select rulebook_id, subject_key, facet, 'capped', null, records "
        "from candidate.contribution where indicator_id = 'paid' and subject_key like '%20'; "
        "update candidate.grade set grade_status = 'cap', limit_id = 'capped', grade = 'C', city_grade = 'C' "
        "where subject_key like '%20'",
        "candidate.grade/band_matches_score",
    ),
    "a grade although too little is known": (
        "update candidate.grade set grade_status = 'by_score', grade = 'D', city_grade = 'D' "
        "where subject_key like '%13'",
        "candidate.grade/availability_decides",
    ),
    "a grade withheld although enough is known": (
        "update candidate.grade set grade_status = 'insufficient_data', grade = null, city_grade = null "
        "where subject_key like '%05'",
        "candidate.grade/availability_decides",
    ),
    "a redistributing group left out whole": (
        "update candidate.contribution set status = 'missing', raw_value = null, value = null, factor = 0, "
        "contribution = 0 where indicator_id = 'paid' and subject_key like '%05'; "
        "update candidate.grade set score = score - 10 where subject_key like '%05'",
        "candidate.grade/availability_decides",
    ),
    "a level guessed": (
        "update candidate.grade set grade_status = 'crosswalk', grade = 'M' "
        "where rulebook_id = 'tax_credit' and grade is null",
        "candidate.grade/crosswalk_follows_level",
    ),
    "a level whose grade is kept back": (
        "update candidate.grade set grade_status = 'no_grade', grade = null "
        "where rulebook_id = 'tax_credit' and grade = 'M'",
        "candidate.grade/crosswalk_follows_level",
    ),
    "a score that the level does not say": (
        "update candidate.grade set score = 90 where rulebook_id = 'tax_credit' and grade = 'A'",
        "candidate.grade/crosswalk_follows_level",
    ),
    "a grade of the city for a level that has none": (
        "update candidate.grade set city_grade = 'C' where rulebook_id = 'tax_credit' and grade = 'M'",
        "candidate.grade/city_grade_follows_band",
    ),
    "a grade of the city left out": (
        "update candidate.grade set city_grade = null where subject_key like '%05'",
        "candidate.grade/city_grade_follows_band",
    ),
    "a limit that nothing hit": (
        "delete from candidate.limit_hit where limit_id = 'suspended'",
        "candidate.grade/limit_decides_grade",
    ),
    "a limit named where the score decides": (
        "update candidate.grade set limit_id = 'listed' where subject_key like '%05'",
        "candidate.grade/limit_decides_grade",
    ),
    "no grade for no reason": (
        "update candidate.grade set grade = null, city_grade = null where subject_key like '%05'",
        "candidate.grade/limit_decides_grade",
    ),
    "an exclusion forgotten": (
        "update candidate.grade set grade_status = 'by_score', grade = 'D', city_grade = 'D', limit_id = null "
        "where limit_id = 'suspended'",
        "candidate.grade/no_limit_forgotten",
    ),
    "a status of grading nobody knows": (
        "update candidate.grade set grade_status = 'guessed' where subject_key like '%05'",
        "candidate.grade/grade_status_in_scale",
    ),
    "a limit stated twice": (
        "insert into candidate.limit_hit select * from candidate.limit_hit where limit_id = 'listed'",
        "candidate.limit_hit/limit_stated_once",
    ),
    "a limit without a record": (
        "update candidate.limit_hit set records = '[]' where limit_id = 'listed'",
        "candidate.limit_hit/limit_has_records",
    ),
    "a limit that has run out": (
        "update candidate.limit_hit set holds_until = '2025-06-30' where limit_id = 'suspended'",
        "candidate.limit_hit/lasting_limit_still_holds",
    ),
    "a limit that lasts without a rule": (
        "update candidate.limit_hit set holds_until = '2025-12-31' where limit_id = 'listed'",
        "candidate.limit_hit/lasting_limit_still_holds",
    ),
    "two levels of one subject": (
        "insert into candidate.crosswalk_level select rulebook_id, subject_key, facet, 'M', records "
        "from candidate.crosswalk_level where level = 'A'",
        "candidate.crosswalk_level/level_stated_once",
    ),
    "a level without a record": (
        "update candidate.crosswalk_level set records = '[]' where level = 'A'",
        "candidate.crosswalk_level/level_has_record",
    ),
    "a condition on nothing": (
        "update candidate.grade_condition set indicator_id = 'unheard_of'",
        "candidate.grade_condition/condition_names_indicator",
    ),
    "an effect without words": (
        "update candidate.scenario_effect set effect_zh = ' '",
        "candidate.scenario_effect/effect_stated",
    ),
    "a deposit without a number": (
        "update candidate.scenario_effect set value = null",
        "candidate.scenario_effect/effect_value_stated",
    ),
    "an effect under another grade of the city": (
        "update candidate.scenario_effect set city_grade = 'B'",
        "candidate.scenario_effect/city_grade_follows_band",
    ),
    "a change for the better that makes nothing better": (
        "update candidate.single_change set grade = 'E', city_grade = 'E' where direction = 'up'",
        "candidate.single_change/single_change_moves_grade",
    ),
    "a change for the better beyond its score": (
        "update candidate.single_change set score = 89 where direction = 'up'",
        "candidate.single_change/single_change_moves_grade",
    ),
    "a change of a record that is not named": (
        "update candidate.single_change set record = null where kind = 'record_ends'",
        "candidate.single_change/single_change_moves_grade",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_blocked(world, result_of, fault):
    statement, name = FAULTS[fault]
    # what a table of candidates refuses by itself need not reach the gate; here every fault does
    world.sql(
        "do $$ declare found record; begin for found in select conrelid::regclass as place, conname from pg_constraint"
        " where contype = 'c' and connamespace = 'candidate'::regnamespace loop"
        " execute format('alter table %s drop constraint %I', found.place, found.conname); end loop; end $$"
    )
    world.sql(statement)
    verdict = world.gate("publication")
    found = result_of(verdict, name)
    assert (found.status, found.severity) == ("failed", "fatal")
    assert found.numerator > 0
    assert found.sample_keys
    assert verdict.outcome == "failed"
    assert name in verdict.reason
