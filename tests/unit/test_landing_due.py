"""A feed with a due day: a missing file is a state before that day, and an alarm once its grace has passed."""

from dataclasses import replace

import pytest

from credit_grading.department.due import when_due
from credit_grading.landing.problem import FeedProblem
from credit_grading.landing.receive import receive_feed
from credit_grading.platform.today import city_today
from tests.unit.landing_support import (
    HEADER,
    attempts,
    count,
    csv_text,
    department,
    feed,
    no_connection,
    penalty,
    write,
)

# whatever the day of the test, a delivery of three months ago leaves a whole month owed, whose grace has passed
FIRST_OF_MONTH = {"day_of_month": 1}
# the first due day lies after the day of the test, or is that day
END_OF_MONTH = {"day_of_month": 31}
MONTHS_AGO = "interval '100 days'"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    folder = tmp_path / "penalties"
    folder.mkdir()
    return folder


def receive(warehouse, rule, **changes):
    due = feed(due=rule, **changes)
    return receive_feed(warehouse, department(due), due, open_connection=no_connection)


def everything_was_long_ago(warehouse) -> None:
    warehouse.execute(f"update landing.batch set known_from = known_from - {MONTHS_AGO}".encode())
    warehouse.execute(f"update landing.feed_attempt set attempted_at = attempted_at - {MONTHS_AGO}".encode())


def test_a_file_that_never_came_before_its_due_day_is_no_alarm(warehouse, folder):
    outcome = receive(warehouse, END_OF_MONTH)
    assert outcome.outcome == "not_yet_published"
    [problem] = outcome.problems
    assert problem.level == "info"
    assert "due" in problem.message
    assert [row[0] for row in attempts(warehouse)] == ["not_yet_published"]


def test_what_came_in_this_period_is_enough(warehouse, folder):
    file = write(folder, "a.csv", csv_text([penalty(1)]))
    assert receive(warehouse, FIRST_OF_MONTH).outcome == "loaded"
    assert receive(warehouse, FIRST_OF_MONTH).outcome == "nothing_new"
    file.unlink()
    assert receive(warehouse, FIRST_OF_MONTH).outcome == "nothing_new"


@pytest.mark.parametrize("file_stays", [True, False], ids=["old_file_still_there", "no_file"])
def test_after_due_day_and_grace_it_is_missing_and_the_last_good_data_stays(warehouse, folder, file_stays):
    file = write(folder, "a.csv", csv_text([penalty(1)]))
    receive(warehouse, FIRST_OF_MONTH)
    everything_was_long_ago(warehouse)
    if not file_stays:
        file.unlink()
    with pytest.raises(FeedProblem) as caught:
        receive(warehouse, FIRST_OF_MONTH)
    assert caught.value.outcome.outcome == "missing_file"
    assert "本期没有收到新数据，已超过宽限期" in str(caught.value)
    assert attempts(warehouse)[-1][0] == "missing_file"
    assert count(warehouse, "landing.administrative_penalty") == 1


def test_corrected_rows_are_no_delivery_of_the_period(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]))
    receive(warehouse, FIRST_OF_MONTH)
    everything_was_long_ago(warehouse)
    write(folder, "b.csv", csv_text([["Q1-1", *penalty(1)]], ["隔离编号", *HEADER]))
    assert receive(warehouse, FIRST_OF_MONTH).outcome == "loaded"
    with pytest.raises(FeedProblem, match="本期没有收到新数据"):
        receive(warehouse, FIRST_OF_MONTH)


def test_grace_is_counted_in_working_days(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]))
    receive(warehouse, FIRST_OF_MONTH)
    everything_was_long_ago(warehouse)
    assert receive(warehouse, FIRST_OF_MONTH | {"grace_working_days": 250}).outcome == "not_yet_published"


def test_a_late_file_ends_the_alarm(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]))
    receive(warehouse, FIRST_OF_MONTH)
    everything_was_long_ago(warehouse)
    write(folder, "b.csv", csv_text([penalty(2)]))
    assert receive(warehouse, FIRST_OF_MONTH).outcome == "loaded"
    assert receive(warehouse, FIRST_OF_MONTH).outcome == "nothing_new"


@pytest.mark.parametrize("something_came", [True, False])
def test_a_feed_that_was_tried_before_it_was_switched_on_is_not_late(warehouse, folder, something_came):
    if something_came:
        write(folder, "a.csv", csv_text([penalty(1)]))
    receive(warehouse, END_OF_MONTH, live_since=None)
    everything_was_long_ago(warehouse)
    assert receive(warehouse, FIRST_OF_MONTH, live_since=city_today()).outcome == "not_yet_published"
    with pytest.raises(FeedProblem):
        receive(warehouse, FIRST_OF_MONTH)


def test_a_fault_keeps_its_own_name(warehouse, folder):
    write(folder, "a.csv", "")
    with pytest.raises(FeedProblem) as caught:
        receive(warehouse, FIRST_OF_MONTH)
    assert caught.value.outcome.outcome == "empty_feed"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (None, "宽限 3 天（3 days of grace）"),
        ({"every": "working_day"}, "每个工作日，宽限 0 个工作日（every working day, 0 working days of grace）"),
        (
            {"weekday": "monday", "grace_working_days": 2},
            "每周一，宽限 2 个工作日（every Monday, 2 working days of grace）",
        ),
        ({"day_of_month": 10}, "每月 10 日，宽限 0 个工作日（day 10 of every month, 0 working days of grace）"),
        (
            {"working_day_of_month": 5, "months": [1, 7]},
            "1、7 月第 5 个工作日，宽限 0 个工作日（working day 5 of months 1, 7, 0 working days of grace）",
        ),
    ],
)
def test_the_due_day_in_words(rule, words):
    assert when_due(replace(feed(), due=rule, grace_days=3)) == words
