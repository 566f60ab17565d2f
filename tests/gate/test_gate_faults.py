"""Every fault, injected by hand, must be blocked by the check that is there for it."""

import pytest

PUBLICATION_FAULTS = {
    "a score changed by hand": (
        "update candidate.grade set score = score + 0.01 where subject_key like '%05'",
        "candidate.grade/score_equals_contributions",
    ),
    "a contribution altered": (
        "update candidate.contribution set contribution = contribution + 1, value = value where subject_key like '%03'",
        "candidate.contribution/contribution_equals_value_times_factor",
    ),
    "a contribution dropped": (
        "delete from candidate.contribution where subject_key like '%03'",
        "candidate.grade/score_equals_contributions",
    ),
    "a default altered": (
        "update candidate.indicator set default_contribution = 61 where indicator_id = 'compliance'",
        "candidate.indicator/default_equals_value_times_factor",
    ),
    "evidence removed": (
        "update candidate.contribution set records = '[]' where subject_key like '%03'",
        "candidate.contribution/hit_has_records",
    ),
    "a missing subject": (
        "delete from candidate.grade where subject_key like '%00'",
        "candidate.grade/every_subject_graded_once",
    ),
    "a duplicate grade": (
        "insert into candidate.grade select * from candidate.grade where subject_key like '%05'",
        "candidate.grade/every_subject_graded_once",
    ),
    "a grade of a subject outside the index": (
        "delete from evaluation.subject_index where n = 5",
        "candidate.grade/every_subject_graded_once",
    ),
    "a grade better than its score": (
        "update candidate.grade set grade = 'A', city_grade = 'A' where score = 85",
        "candidate.grade/band_matches_score",
    ),
    "a score at the cut-off put into the worse band": (
        "update candidate.grade set grade = 'C', city_grade = 'C' where subject_key like '%04'",
        "candidate.grade/band_matches_score",
    ),
    "a veto lifted": (
        "update candidate.grade set grade_status = 'by_score', grade = 'A', city_grade = 'A', limit_id = null "
        "where limit_id = 'listed'",
        "candidate.grade/no_limit_forgotten",
    ),
    "a veto without a rule": (
        "update candidate.grade set limit_id = 'unheard_of' where limit_id = 'listed'",
        "candidate.grade/limit_decides_grade",
    ),
    "a city grade of its own": (
        "update candidate.grade set city_grade = 'B' where grade = 'A'",
        "candidate.grade/city_grade_follows_band",
    ),
    "a score that is missing": (
        "update candidate.grade set score = null where subject_key like '%05'",
        "candidate.grade/score_present",
    ),
    "a name that is missing": (
        "update candidate.grade set subject_name = ' ' where subject_key like '%05'",
        "candidate.grade/subject_name_present",
    ),
    "left over from another run": (
        "update candidate.grade set as_of = '2025-05-31' where subject_key like '%05'",
        "candidate.grade/of_this_run",
    ),
    "a grade without a measure": (
        "delete from candidate.measure where grade = 'B'",
        "candidate.measure/every_grade_has_measure",
    ),
    "a dropped dictionary row": (
        "delete from candidate.dictionary where table_name = 'grade' and column_name = 'score'",
        "candidate.dictionary/dictionary_covers_sharing_tables",
    ),
    "a column shared without a word": (
        "alter table sharing.grade add column identity_number text",
        "candidate.dictionary/dictionary_covers_sharing_tables",
    ),
    "a feed's age kept silent": (
        "update candidate.feed_age set feed_id = 'other'",
        "candidate.feed_age/every_received_feed_listed",
    ),
    "a feed behind a rulebook kept silent": (
        "update candidate.rulebook_data_age set feed_id = 'other'",
        "candidate.rulebook_data_age/every_feed_of_rulebook_listed",
    ),
    "data made younger than it is": (
        "update candidate.feed_age set age_days = 40",
        "candidate.rulebook_data_age/data_age_agrees",
    ),
    "two versions in force": (
        "insert into candidate.rulebook select * from candidate.rulebook",
        "candidate.rulebook/one_version_in_force",
    ),
}

STAGING_FAULTS = {
    outcome: (
        "insert into landing.feed_attempt (department_id, feed_id, outcome) "
        f"values ('market_regulation', 'penalties', '{outcome}')",
        "quality.feed_health/feed_usable",
    )
    for outcome in (
        "empty_feed",
        "volume_below_minimum",
        "wrong_header",
        "unknown_encoding",
        "unreadable_file",
        "person_key_missing",
        "too_many_disappeared",
        "person_key_changed",
    )
} | {
    "a person's own number as a key": (
        "update staging.administrative_penalty set subject_kind = 'person', subject_key = 'P:11010519491231002X' "
        "where row_number = 7",
        "staging.administrative_penalty/subject_key_form",
    ),
    "silent beyond the days of grace": (
        "update landing.feed_attempt set attempted_at = attempted_at - interval '5 days'; "
        "insert into landing.feed_attempt (department_id, feed_id, outcome) "
        "values ('market_regulation', 'penalties', 'missing_file')",
        "quality.feed_health/feed_silent_beyond_grace",
    ),
    "a rejected-share spike": (
        "insert into quarantine.rejected_row (contract_id, batch_id, row_number, department_id, feed_id, source_name, "
        "reasons, received_row) select contract_id, batch_id, row_number - n, department_id, feed_id, source_name, "
        "reasons, received_row from quarantine.rejected_row cross join generate_series(1, 5) as n; "
        "delete from staging.administrative_penalty where row_number > 14; "
        "update staging.staged_batch set accepted = 14, quarantined = 6",
        "quality.feed_rejection/rejected_share_within_limit",
    ),
    "a column that came empty": (
        "update staging.batch_fill set filled = 17 where column_name = 'decided_on'",
        "quality.feed_fill/filled_share_above_minimum",
    ),
    "a staged row lost": (
        "delete from staging.administrative_penalty where row_number = 7",
        "staging.administrative_penalty/accepted_rows_match_ledger",
    ),
    "a staged row twice": (
        "insert into staging.administrative_penalty select * from staging.administrative_penalty where row_number = 7",
        "staging.administrative_penalty/row_delivered_once",
    ),
    "a quarantined row lost": ("delete from quarantine.rejected_row", "staging.staged_batch/quarantined_rows_kept"),
    "a received row lost": (
        "update landing.batch set row_count = 21",
        "staging.staged_batch/landed_equals_received",
    ),
    "a batch never staged": (
        "insert into landing.batch (contract_id, department_id, feed_id, window_key, content_hash, source_name, "
        "row_count) values ('honour', 'market_regulation', 'penalties', 'x', 'y', 'z', 1)",
        "staging.staged_batch/every_batch_staged",
    ),
    "a record of nobody": (
        "update staging.administrative_penalty set subject_key = null where row_number = 7",
        "staging.administrative_penalty/subject_key_present",
    ),
    "a code of seventeen characters": (
        "update staging.administrative_penalty set subject_key = left(subject_key, 17) where row_number = 7",
        "staging.administrative_penalty/subject_key_form",
    ),
}


def test_right_world_passes_both_gates(world):
    for gate in ("staging", "publication"):
        verdict = world.gate(gate)
        assert verdict.outcome == "passed", verdict.reason
        assert verdict.checks_executed == verdict.checks_expected == len(verdict.results)
        assert len(verdict.results) > 10
        assert sum(result.status == "passed" for result in verdict.results) > 10


@pytest.mark.parametrize("fault", PUBLICATION_FAULTS)
def test_publication_fault_is_blocked(world, result_of, fault):
    statement, name = PUBLICATION_FAULTS[fault]
    world.sql(statement)
    verdict = world.gate("publication")
    found = result_of(verdict, name)
    assert (found.status, found.severity) == ("failed", "fatal")
    assert found.numerator > 0
    assert found.sample_keys
    assert verdict.outcome == "failed"
    assert name in verdict.reason


@pytest.mark.parametrize("fault", STAGING_FAULTS)
def test_staging_fault_is_blocked(world, result_of, fault):
    statement, name = STAGING_FAULTS[fault]
    world.sql(statement)
    world.new_run()
    verdict = world.gate("staging")
    found = result_of(verdict, name)
    assert (found.status, found.severity) == ("failed", "fatal")
    assert found.numerator > 0
    assert verdict.outcome == "failed"
    assert name in verdict.reason


def test_sample_keys_say_which_subject(world, result_of):
    world.sql("update candidate.grade set score = 0 where subject_key like '%05'")
    found = result_of(world.gate("publication"), "candidate.grade/score_equals_contributions")
    assert {row["subject_key"][-6:] for row in found.sample_keys} == {"000005"}
    assert set(found.sample_keys[0]) == {"rulebook_id", "subject_key", "facet"}
    assert (found.numerator, found.denominator) == (1, 27)


def test_missing_file_within_grace_warns_and_passes(world, result_of):
    world.sql(
        "insert into landing.feed_attempt (department_id, feed_id, outcome) "
        "values ('market_regulation', 'penalties', 'missing_file')"
    )
    world.new_run()
    verdict = world.gate("staging")
    assert verdict.outcome == "passed"
    assert verdict.failed_warning == 1
    assert result_of(verdict, "quality.feed_health/feed_silent_within_grace").status == "failed"
    assert "feed_silent_within_grace" in verdict.reason


def test_a_correction_that_is_wrong_again_does_not_close_the_gate(world, result_of):
    send_back = """
        insert into landing.batch
            (contract_id, department_id, feed_id, window_key, content_hash, source_name, row_count, holds_corrections)
        values ('administrative_penalty', 'market_regulation', 'penalties', 'sent back', 'h', 'back.csv', 9, true);
        insert into staging.staged_batch (contract_id, batch_id, landed, accepted, quarantined)
        select 'administrative_penalty', max(batch_id), 9, 0, 9 from landing.batch;
        insert into quarantine.rejected_row
            (contract_id, batch_id, row_number, department_id, feed_id, source_name, reasons, received_row)
        select 'administrative_penalty', max(batch_id), n, 'market_regulation', 'penalties', 'back.csv',
            '[{"code": "missing_key"}]', '{}'
        from landing.batch cross join generate_series(1, 9) as n group by n;
        """
    check = "quality.feed_rejection/rejected_share_within_limit"
    world.sql(send_back)
    world.new_run()
    assert result_of(world.gate("staging"), check).status == "passed"
    world.sql("update landing.batch set holds_corrections = false")
    world.new_run()
    assert result_of(world.gate("staging"), check).status == "failed"


@pytest.mark.parametrize("is_old_one_bad", [True, False])
def test_a_list_older_than_the_one_that_stands_neither_closes_the_gate_nor_hides_it(world, result_of, is_old_one_bad):
    world.sql("update landing.batch set delivery_kind = 'snapshot'")
    world.sql(
        f"""
        insert into landing.batch
            (contract_id, department_id, feed_id, window_key, content_hash, source_name, row_count, delivery_kind)
        values ('administrative_penalty', 'market_regulation', 'penalties', 'old', 'h', 'old', 900, 'older_snapshot');
        insert into staging.staged_batch (contract_id, batch_id, landed, accepted, quarantined)
        select 'administrative_penalty', max(batch_id), 900, 900, 0 from landing.batch;
        insert into staging.batch_fill select contract_id, batch_id, 'decided_on', 900, 900
        from staging.staged_batch where landed = 900;
        insert into quarantine.rejected_row
            (contract_id, batch_id, row_number, department_id, feed_id, source_name, reasons, received_row)
        select 'administrative_penalty', max(batch_id), n, 'market_regulation', 'penalties', 'old',
            '[{{"code": "missing_key"}}]', '{{}}'
        from landing.batch cross join generate_series(1, {500 if is_old_one_bad else 0}) as n group by n;
        """
    )
    if not is_old_one_bad:
        world.sql("update staging.batch_fill set filled = 1 where batch_id = 1")
    world.new_run()
    verdict = world.gate("staging")
    assert result_of(verdict, "quality.feed_rejection/rejected_share_within_limit").status == "passed"
    filled = result_of(verdict, "quality.feed_fill/filled_share_above_minimum").status
    assert filled == ("passed" if is_old_one_bad else "failed")


def test_resent_file_takes_the_place_of_the_rejected_one(world, result_of):
    world.sql(STAGING_FAULTS["a rejected-share spike"][0])
    world.sql(
        """
        insert into landing.batch
            (contract_id, department_id, feed_id, window_key, content_hash, source_name, row_count)
        values ('administrative_penalty', 'market_regulation', 'penalties', '2025-06', 'corrected', 'penalties.csv', 1);
        insert into staging.administrative_penalty (batch_id, row_number, subject_key, subject_kind)
        select max(batch_id), 1, '91500000MA5U000001', 'coded' from landing.batch;
        insert into staging.staged_batch (contract_id, batch_id, landed, accepted, quarantined)
        select 'administrative_penalty', max(batch_id), 1, 1, 0 from landing.batch;
        """
    )
    world.new_run()
    found = result_of(world.gate("staging"), "quality.feed_rejection/rejected_share_within_limit")
    assert found.status == "passed"
