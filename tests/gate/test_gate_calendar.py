"""A feed with a due day at the gate: what is not yet due is nobody's fault, what is late closes it."""

from dataclasses import replace
from datetime import date

import pytest

from credit_grading.gate.run import run_gate
from credit_grading.platform.today import city_today

from .world import DEPARTMENTS

SILENT = {False: "passed", True: "failed"}


def staging_gate(world, rule, *, feed_id="penalties", live_since=date.min):
    """The gate on the world whose one feed has this due day."""
    world.new_run()
    department = DEPARTMENTS[0]
    feed = replace(department.feeds[0], id=feed_id, due=rule, grace_days=0, live_since=live_since)
    return run_gate(world.connection, "staging", world.run_id, departments=[replace(department, feeds=[feed])])


def long_ago(world) -> None:
    world.sql("update landing.batch set known_from = known_from - interval '100 days'")
    world.sql("update landing.feed_attempt set attempted_at = attempted_at - interval '100 days'")


def state(world) -> str:
    return world.connection.execute("select feed_state from quality.feed_health").fetchone()[0]


@pytest.mark.parametrize(
    ("rule", "came_long_ago", "expected"),
    [
        ({"day_of_month": 1}, False, ("received", None)),
        ({"day_of_month": 1}, True, ("late", "beyond")),
        ({"day_of_month": 1, "grace_working_days": 250}, True, ("not_yet_published", "within")),
    ],
)
def test_the_state_of_a_due_day_decides(world, result_of, rule, came_long_ago, expected):
    if came_long_ago:
        long_ago(world)
    verdict = staging_gate(world, rule)
    named, silence = expected
    assert state(world) == named
    assert result_of(verdict, "quality.feed_health/feed_silent_within_grace").status == SILENT[silence == "within"]
    assert result_of(verdict, "quality.feed_health/feed_silent_beyond_grace").status == SILENT[silence == "beyond"]
    assert verdict.outcome == SILENT[silence == "beyond"]


def test_corrected_rows_are_no_delivery_of_the_period(world, result_of):
    world.sql("update landing.batch set holds_corrections = true")
    world.sql("update landing.feed_attempt set attempted_at = attempted_at - interval '100 days'")
    verdict = staging_gate(world, {"day_of_month": 1})
    assert state(world) == "late"
    assert result_of(verdict, "quality.feed_health/feed_silent_beyond_grace").status == "failed"


@pytest.mark.parametrize("rule", [{"day_of_month": 1}, None])
def test_a_feed_tried_by_hand_is_asked_for_from_the_day_it_was_switched_on(world, result_of, rule):
    world.sql(
        "insert into landing.feed_attempt (department_id, feed_id, outcome)"
        " values ('market_regulation', 'penalties', 'missing_file')"
    )
    long_ago(world)
    verdict = staging_gate(world, rule, live_since=city_today())
    assert state(world) in ("not_yet_due", "due", None)
    assert result_of(verdict, "quality.feed_health/feed_silent_beyond_grace").status == "passed"
    assert staging_gate(world, rule).outcome == "failed"


def test_a_new_feed_is_not_asked_for_before_its_first_due_day(world, result_of):
    verdict = staging_gate(world, {"day_of_month": 31}, feed_id="honours")
    assert state(world) in ("not_yet_due", "due")
    assert result_of(verdict, "quality.feed_health/feed_silent_within_grace").status == "passed"
    assert verdict.outcome == "passed"


def test_a_year_without_holidays_is_a_warning(world, result_of):
    world.sql("delete from calendar.holiday")
    verdict = staging_gate(world, {"day_of_month": 1})
    found = result_of(verdict, "quality.holiday_year/holidays_known")
    assert (found.status, found.severity) == ("failed", "warning")
    assert set(found.sample_keys[0]) == {"year"}
    assert verdict.outcome == "passed"


def test_without_due_days_no_holidays_are_asked_for(world, result_of):
    assert result_of(world.gate("staging"), "quality.holiday_year/holidays_known").status == "not_applicable"


def test_a_column_nobody_asks_for_may_be_empty(world, result_of):
    world.sql("insert into staging.batch_fill values ('administrative_penalty', 1, 'publicity_until', 0)")
    found = result_of(world.gate("staging"), "quality.feed_fill/filled_share_above_minimum")
    assert (found.status, found.denominator) == ("passed", 1)


@pytest.mark.parametrize("is_declared", [True, False])
def test_older_data_is_declared_or_the_gate_closes(world, result_of, is_declared):
    world.sql(
        "insert into landing.feed_attempt (department_id, feed_id, outcome) "
        "values ('market_regulation', 'penalties', 'missing_file')"
    )
    if is_declared:
        world.sql("update candidate.feed_age set is_carried_over = true")
        world.sql("update candidate.rulebook_data_age set is_carried_over = true")
    world.new_run()
    found = result_of(world.gate("publication"), "candidate.rulebook_data_age/carried_over_declared")
    assert (found.status, found.severity) == ("passed" if is_declared else "failed", "fatal")
