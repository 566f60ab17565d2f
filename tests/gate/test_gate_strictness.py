"""A gate that could not look must not open, and what it said stays on record."""

import shutil
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from credit_grading import paths
from credit_grading.gate.run import GateMisuse, run_gate
from credit_grading.gate.suites import SuiteFileError

from .world import DEPARTMENTS, release


def test_check_on_a_missing_column_is_an_error_and_others_still_answer(world, result_of):
    world.sql("alter table candidate.indicator drop column title_zh")
    verdict = world.gate("publication")
    assert result_of(verdict, "candidate.indicator/title_present").status == "error"
    assert result_of(verdict, "candidate.indicator/factor_in_range").status == "passed"
    assert verdict.outcome == "failed"
    assert verdict.checks_executed == verdict.checks_expected - 1


def test_query_on_a_missing_column_is_an_error(world, result_of):
    world.sql("alter table candidate.contribution drop column records")
    verdict = world.gate("publication")
    assert result_of(verdict, "candidate.contribution/hit_has_records").status == "error"
    assert verdict.outcome == "failed"


def test_table_that_does_not_exist_is_an_error(world, result_of):
    world.sql("drop table candidate.dictionary")
    verdict = world.gate("publication")
    found = result_of(verdict, "candidate.dictionary/description_present")
    assert found.status == "error"
    assert "candidate.dictionary" in found.detail
    assert verdict.outcome == "failed"


@pytest.mark.parametrize(
    "table",
    [
        "candidate.grade",
        "candidate.measure",
        "candidate.feed_age",
        "candidate.rulebook_data_age",
        "candidate.contribution",
        "candidate.limit_hit",
        "candidate.crosswalk_level",
        "candidate.grade_condition",
        "candidate.scenario_effect",
    ],
)
def test_empty_table_where_rows_are_due_is_an_error(world, table):
    world.sql(f"truncate {table}")
    verdict = world.gate("publication")
    statuses = {result.status for result in verdict.results if result.suite == table}
    assert "error" in statuses
    assert verdict.outcome == "failed"


def test_staging_table_emptied_behind_the_ledger_is_an_error(world, result_of):
    world.sql("truncate staging.administrative_penalty")
    verdict = world.gate("staging")
    assert result_of(verdict, "staging.administrative_penalty/subject_key_present").status == "error"


def test_contract_without_data_is_not_applicable(world, result_of):
    verdict = world.gate("staging")
    found = result_of(verdict, "staging.honour/subject_key_present")
    assert (found.status, found.denominator) == ("not_applicable", 0)


def test_first_release_has_nothing_to_compare_with(world, result_of):
    verdict = world.gate("publication")
    assert result_of(verdict, "sharing.grade/volume_keeps_up").status == "not_applicable"
    assert verdict.outcome == "passed"


def test_vanished_subjects_block_the_second_release(world, result_of):
    release(world.connection, world.run_id, world.gate("publication").verdict_id)
    for table in ("candidate.grade", "candidate.contribution", "evaluation.subject_index"):
        world.sql(f"delete from {table} where right(subject_key, 6)::int >= 15")
    world.new_run()
    verdict = world.gate("publication")
    found = result_of(verdict, "sharing.grade/volume_keeps_up")
    assert (found.status, found.severity) == ("failed", "fatal")
    assert verdict.outcome == "failed"


def test_mass_movement_warns_and_passes(world, result_of):
    release(world.connection, world.run_id, world.gate("publication").verdict_id)
    world.sql("update sharing.grade set grade = 'E', city_grade = 'E'")
    world.new_run()
    verdict = world.gate("publication")
    for check in ("moved_two_levels", "grade_churn", "population_stability"):
        found = result_of(verdict, f"sharing.grade/{check}")
        assert (found.status, found.severity) == ("failed", "warning")
    assert verdict.outcome == "passed"
    assert verdict.failed_warning == 3


def test_movement_within_its_share_passes_with_its_count(world, result_of):
    release(world.connection, world.run_id, world.gate("publication").verdict_id)
    world.sql(
        "update sharing.grade set city_grade = 'E' where rulebook_id = 'public_credit' and subject_key like '%00'"
    )
    world.new_run()
    found = result_of(world.gate("publication"), "sharing.grade/moved_two_levels")
    assert (found.status, found.numerator, found.denominator) == ("passed", 1, 22)


def test_verdict_and_results_stay_on_record_when_the_caller_rolls_back(world):
    world.sql("update candidate.grade set score = 0")
    with psycopg.connect(world.connection.info.dsn) as caller:
        verdict = run_gate(caller, "publication", world.run_id, departments=DEPARTMENTS)
        caller.rollback()
    outcome, reason, checks = world.connection.execute(
        "select outcome, reason, checks_expected from quality.verdict where verdict_id = %s", (verdict.verdict_id,)
    ).fetchone()
    assert (outcome, reason) == ("failed", verdict.reason)
    rows = world.connection.execute(
        "select count(*), sum((status = 'failed')::int) from quality.check_result where verdict_id = %s",
        (verdict.verdict_id,),
    ).fetchone()
    assert rows[0] == checks == len(verdict.results)
    assert rows[1] >= 1


def test_fingerprint_is_stored_for_the_publication_gate_alone(world):
    assert world.gate("staging").candidate_fingerprint is None
    (now,) = world.connection.execute("select quality.candidate_fingerprint()").fetchone()
    assert world.gate("publication").candidate_fingerprint == now


def test_candidates_that_change_meanwhile_are_refused(world):
    # a view whose function writes: the gate's own look at the indicators changes the grades, as a second writer would
    world.sql(
        """
        alter table candidate.indicator rename to indicator_kept;
        create function candidate.write_meanwhile() returns boolean language sql volatile
        as $$ update candidate.grade set subject_name = subject_name || '.' returning true $$;
        create view candidate.indicator as
        select indicator_kept.* from candidate.indicator_kept where candidate.write_meanwhile()
        """
    )
    verdict = world.gate("publication")
    assert verdict.outcome == "failed"
    assert "候选表在检验期间被改动" in verdict.reason


def test_two_gates_in_a_row_are_two_verdicts(world):
    first, second = world.gate("publication"), world.gate("publication")
    assert second.verdict_id > first.verdict_id
    assert (first.outcome, first.candidate_fingerprint) == (second.outcome, second.candidate_fingerprint)


def test_another_run_than_the_current_one_is_refused(world):
    old = world.run_id
    world.new_run()
    with pytest.raises(GateMisuse, match=f"run {old} is not the current run"):
        run_gate(world.connection, "publication", old, departments=DEPARTMENTS)


def test_suite_file_with_an_unknown_key_stops_the_gate(world, tmp_path: Path):
    folder = tmp_path / "expectations"
    shutil.copytree(paths.expectations(), folder)
    file = folder / "suites" / "candidate.grade.yml"
    file.write_text(file.read_text(encoding="utf-8") + "tresholds: 3\n", encoding="utf-8")
    with pytest.raises(SuiteFileError, match=r"candidate\.grade\.yml.*tresholds"):
        world.gate("publication", folder=folder)


def test_feed_without_any_attempt_is_seen(world, result_of):
    department = DEPARTMENTS[0]
    promised = replace(department, feeds=[*department.feeds, replace(department.feeds[0], id="honours")])
    verdict = run_gate(world.connection, "staging", world.run_id, departments=[promised])
    found = result_of(verdict, "quality.feed_health/feed_silent_within_grace")
    assert [row["feed_id"] for row in found.sample_keys] == ["honours"]


def test_reviewed_folder_is_never_written_to(world):
    before = {file: file.stat().st_mtime_ns for file in paths.expectations().rglob("*")}
    world.gate("publication")
    assert {file: file.stat().st_mtime_ns for file in paths.expectations().rglob("*")} == before
