"""The whole life of a review: gap, notices, answers, deadlines, closing with its cause, and opening again."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from credit_grading.supervision.review import review
from tests.sharing.reviews import (
    CONSTRUCTION,
    FINANCE,
    HOUSING,
    MONDAY,
    PUBLIC,
    REFORM,
    SUPPLIER,
    answer,
    events,
    ledger,
    notice_of,
    release,
    rows,
)

Warehouse = psycopg.Connection[Any]
APART = [("S1", PUBLIC, "A"), ("S1", SUPPLIER, "C")]
TOGETHER = [("S1", PUBLIC, "B"), ("S1", SUPPLIER, "C")]


@pytest.fixture
def opened(warehouse: Warehouse) -> Warehouse:
    """One subject, graded A by one department and C by another, with a case and two notices."""
    release(warehouse, APART)
    review(warehouse, MONDAY)
    return warehouse


def state(connection: Warehouse) -> list[tuple[Any, ...]]:
    return rows(connection, "select state, times_opened, closed_because from supervision.review_case order by case_id")


def notices(connection: Warehouse) -> list[tuple[Any, ...]]:
    return rows(
        connection,
        "select department_id, state, closed_because from supervision.review_notice order by notice_id",
    )


def steps(connection: Warehouse, day: date = MONDAY) -> list[tuple[Any, ...]]:
    """Review twice: what the first wrote; the second must write nothing."""
    ((before,),) = rows(connection, "select coalesce(max(event_id), 0) from supervision.review_event")
    review(connection, day)
    written = ledger(connection)
    assert review(connection, day) == {}
    assert ledger(connection) == written
    return events(connection, before)


def test_without_a_release_nothing_is_done(warehouse: Warehouse) -> None:
    assert review(warehouse, MONDAY) == {}


def test_two_levels_apart_open_a_case_and_each_department_gets_one_notice(warehouse: Warehouse) -> None:
    release(
        warehouse,
        [
            *APART, ("S1", CONSTRUCTION, "B"),
            ("S2", PUBLIC, "A"), ("S2", SUPPLIER, "B"),
            ("S3", PUBLIC, "A"), ("S3", SUPPLIER, "-"),
            ("S4", PUBLIC, "E"),
            ("S5", PUBLIC, "E"), ("S5", SUPPLIER, "C"), ("S5", CONSTRUCTION, "A"),
            # both rulebooks are explained by one department
            ("S6", PUBLIC, "A"), ("S6", "bidding_participant", "D"),
            # facets of one rulebook are different matters
            ("S7", CONSTRUCTION, "A", "房建"), ("S7", CONSTRUCTION, "D", "市政"),
            ("S8", CONSTRUCTION, "A", "房建"), ("S8", CONSTRUCTION, "D", "市政"), ("S8", PUBLIC, "B"),
        ],
    )  # fmt: skip
    assert sorted(steps(warehouse), key=str) == sorted(
        [
            *(("case_opened", subject, None, None) for subject in ("S1", "S5", "S6", "S8")),
            *(("notice_sent", "S1", department, None) for department in (REFORM, FINANCE)),
            *(("notice_sent", "S5", department, None) for department in (REFORM, FINANCE, HOUSING)),
            ("notice_sent", "S6", REFORM, None),
            *(("notice_sent", "S8", department, None) for department in (REFORM, HOUSING)),
        ],
        key=str,
    )
    ((evidence,),) = rows(
        warehouse, "select evidence from supervision.review_case where subject_key = 'S8' and state = 'open'"
    )
    # the facet that agrees is no part of it
    assert [(side["rulebook_id"], side["facet"], side["city_grade"]) for side in evidence] == [
        (CONSTRUCTION, "市政", "D"), (PUBLIC, "", "B"),
    ]  # fmt: skip
    assert evidence[0] == {
        "rulebook_id": CONSTRUCTION, "department_id": HOUSING, "subject_name": "企业S8", "facet": "市政",
        "rulebook_version": "2025-01", "score": 50, "grade": "D", "city_grade": "D",
    }  # fmt: skip


def test_the_same_grades_in_another_release_write_nothing(opened: Warehouse) -> None:
    release(opened, APART, MONDAY + timedelta(1))
    assert steps(opened, MONDAY + timedelta(1)) == []


def test_deadlines_are_working_days(warehouse: Warehouse) -> None:
    # the week before the National Day holiday of 2026: 1 to 7 October are days of rest
    release(warehouse, APART, date(2026, 9, 25))
    review(warehouse, date(2026, 9, 25))
    expected = rows(warehouse, "select calendar.add_working_days(date '2026-09-25', 10)")
    found = rows(warehouse, "select distinct due_on from supervision.review_notice")
    assert found == expected
    assert found[0][0] > date(2026, 10, 9)


def test_kept_by_everybody_is_explained_until_the_gap_is_gone(opened: Warehouse) -> None:
    answer(opened, FINANCE, notice_of(opened, FINANCE))
    assert steps(opened) == [("answered", "S1", FINANCE, None)]
    assert state(opened) == [("open", 1, None)]
    answer(opened, REFORM, notice_of(opened, REFORM))
    assert steps(opened) == [("answered", "S1", REFORM, None)]
    assert state(opened) == [("explained", 1, None)]
    # far beyond every deadline: nothing is owed
    assert steps(opened, MONDAY + timedelta(200)) == []
    release(opened, TOGETHER)
    assert steps(opened) == [("case_closed", "S1", None, "grade_changed")]
    assert state(opened) == [("closed", 1, "grade_changed")]
    assert {because for _, _, because in notices(opened)} == {"grade_changed"}


def test_a_kept_grade_that_changes_is_asked_about_again(opened: Warehouse) -> None:
    for department in (FINANCE, REFORM):
        answer(opened, department, notice_of(opened, department))
    review(opened, MONDAY)
    release(opened, [("S1", PUBLIC, "A"), ("S1", SUPPLIER, "D")])
    assert steps(opened) == [
        ("gap_changed", "S1", None, None),
        ("notice_closed", "S1", FINANCE, "explained_grade_changed"),
        ("notice_sent", "S1", FINANCE, None),
    ]
    assert state(opened) == [("open", 1, None)]


def test_a_notice_that_waits_keeps_its_deadline_whatever_the_grades_do(opened: Warehouse) -> None:
    release(opened, [("S1", PUBLIC, "A"), ("S1", SUPPLIER, "E")])
    assert steps(opened, MONDAY + timedelta(3)) == [("gap_changed", "S1", None, None)]
    assert len(notices(opened)) == 2


def test_a_department_that_comes_in_is_notified_and_one_that_drops_out_is_released(opened: Warehouse) -> None:
    release(opened, [("S1", PUBLIC, "A"), ("S1", SUPPLIER, "B"), ("S1", CONSTRUCTION, "D")])
    # the supplier's grade lies apart still, from another one now
    assert steps(opened) == [("gap_changed", "S1", None, None), ("notice_sent", "S1", HOUSING, None)]
    release(opened, [("S1", PUBLIC, "A"), ("S1", SUPPLIER, "B"), ("S1", CONSTRUCTION, "C")])
    assert steps(opened) == [
        ("gap_changed", "S1", None, None), ("notice_closed", "S1", FINANCE, "no_longer_concerned"),
    ]  # fmt: skip


def test_a_promised_correction_closes_with_the_grade_that_changed(opened: Warehouse) -> None:
    answer(opened, FINANCE, notice_of(opened, FINANCE), "correct", "漏报一份合同")
    assert steps(opened) == [("answered", "S1", FINANCE, None)]
    ((due_on, expected),) = rows(
        opened,
        "select correction_due_on, calendar.add_working_days(%s, 20) from supervision.review_notice"
        " where state = 'correcting'",
        MONDAY,
    )
    assert due_on == expected
    # promised again later: not put off
    answer(opened, FINANCE, notice_of(opened, FINANCE), "correct", answered_on=MONDAY + timedelta(3))
    steps(opened, MONDAY + timedelta(3))
    assert rows(opened, "select correction_due_on from supervision.review_notice where state = 'correcting'") == [
        (due_on,)
    ]
    release(opened, [("S1", PUBLIC, "A"), ("S1", SUPPLIER, "B")])
    assert steps(opened) == [("case_closed", "S1", None, "grade_changed")]
    ((evidence,),) = rows(opened, "select evidence from supervision.review_case")
    became = {side["rulebook_id"]: (side["city_grade"], side["city_grade_now"]) for side in evidence}
    assert became == {PUBLIC: ("A", "A"), SUPPLIER: ("C", "B")}


def test_late_answers_are_escalated_once_and_still_accepted(opened: Warehouse) -> None:
    ((due_on, last_day),) = rows(
        opened,
        "select distinct due_on, calendar.add_working_days(due_on, 3) from supervision.review_notice",
    )
    assert steps(opened, due_on) == steps(opened, last_day) == []
    after = last_day + timedelta(1)
    assert sorted(steps(opened, after)) == [
        ("escalated", "S1", REFORM, "answer_overdue"), ("escalated", "S1", FINANCE, "answer_overdue"),
    ]  # fmt: skip
    assert steps(opened, after + timedelta(30)) == []
    answer(opened, FINANCE, notice_of(opened, FINANCE), answered_on=due_on)
    answer(opened, REFORM, notice_of(opened, REFORM), "correct", answered_on=after)
    steps(opened, after)
    assert rows(opened, "select department_id, is_late from supervision.review_notice order by 1") == [
        (REFORM, True), (FINANCE, False),
    ]  # fmt: skip
    ((promised,),) = rows(opened, "select correction_due_on from supervision.review_notice where state = 'correcting'")
    assert steps(opened, promised + timedelta(1)) == []
    assert steps(opened, promised + timedelta(20)) == [("escalated", "S1", REFORM, "correction_overdue")]


@pytest.mark.parametrize(
    ("change", "grades", "cause"),
    [
        ("", [("S1", PUBLIC, "A"), ("S1", SUPPLIER, "-")], "grade_withdrawn"),
        ("", [("S1", PUBLIC, "A")], "grade_withdrawn"),
        ("update candidate.grade set rulebook_version = '2026-01' where rulebook_id = 'procurement_supplier'",
         [*TOGETHER[:1], ("S1", SUPPLIER, "B")], "rulebook_changed"),
        ("update candidate.grade set rulebook_version = '2026-01'", APART, None),
    ],
)  # fmt: skip
def test_closing_names_its_cause(
    opened: Warehouse, monkeypatch: pytest.MonkeyPatch, change: str, grades: list[Any], cause: str | None
) -> None:
    from tests.sharing import reviews

    verified_run = reviews.verified_run

    def changed_before(connection: Warehouse, as_of: date) -> int:
        if change:
            connection.execute(change.encode())
        return verified_run(connection, as_of)

    monkeypatch.setattr(reviews, "verified_run", changed_before)
    release(opened, grades)
    assert steps(opened) == ([("case_closed", "S1", None, cause)] if cause else [])


def test_a_release_that_is_taken_back_closes_what_it_opened_and_the_gap_that_returns_opens_it_again(
    warehouse: Warehouse,
) -> None:
    release(warehouse, TOGETHER)
    assert steps(warehouse) == []
    release(warehouse, APART)
    steps(warehouse)
    publication = release(warehouse, TOGETHER)
    warehouse.execute("update sharing.publication set kind = 'roll_back' where publication_id = %s", (publication,))
    assert steps(warehouse) == [("case_closed", "S1", None, "roll_back")]
    release(warehouse, APART)
    assert steps(warehouse) == [
        ("case_reopened", "S1", None, None), ("notice_sent", "S1", REFORM, None), ("notice_sent", "S1", FINANCE, None),
    ]  # fmt: skip
    assert state(warehouse) == [("open", 2, None)]
    assert rows(warehouse, "select count(*), count(distinct notice_id) from supervision.review_notice") == [(4, 4)]


def test_an_answer_given_before_the_release_that_closes_the_case_counts(opened: Warehouse) -> None:
    answer(opened, FINANCE, notice_of(opened, FINANCE), "correct")
    release(opened, TOGETHER)
    assert steps(opened) == [("answered", "S1", FINANCE, None), ("case_closed", "S1", None, "grade_changed")]


def test_answers_that_cannot_be_used_stay_with_their_reason(opened: Warehouse) -> None:
    own, foreign = notice_of(opened, FINANCE), notice_of(opened, REFORM)
    given = {
        answer(opened, FINANCE, 999): "not_own_notice",
        answer(opened, FINANCE, foreign): "not_own_notice",
        answer(opened, FINANCE, own, reason=" 　\n"): "missing_reason",
        answer(opened, FINANCE, own, reason=None): "missing_reason",
        answer(opened, FINANCE, own, decision="maybe"): "unknown_decision",
        answer(opened, FINANCE, own, decision=None): "unknown_decision",
        answer(opened, FINANCE, own, credit_code="S2"): "other_subject",
    }
    good = answer(opened, FINANCE, own, credit_code="S1")
    steps(opened)
    outcome = "select answer_id, result, reason_code from sharing.review_outcome order by answer_id"
    assert rows(opened, outcome) == [
        *((number, "rejected", code) for number, code in given.items()), (good, "accepted", None),
    ]  # fmt: skip
    told = rows(opened, "select reason_zh, advice_zh from sharing.review_outcome where result = 'rejected'")
    assert len(told) == len(given)
    assert all(title and advice for title, advice in told)
    release(opened, TOGETHER)
    steps(opened)
    late = answer(opened, FINANCE, own)
    steps(opened)
    assert rows(opened, outcome)[-1] == (late, "rejected", "closed_notice")


def test_of_several_answers_the_newest_counts_until_the_case_is_closed(opened: Warehouse) -> None:
    answer(opened, FINANCE, notice_of(opened, FINANCE), "keep")
    answer(opened, FINANCE, notice_of(opened, FINANCE), "correct")
    steps(opened)
    assert ("finance", "correcting", None) in notices(opened)
    answer(opened, FINANCE, notice_of(opened, FINANCE), "keep")
    steps(opened)
    assert ("finance", "kept", None) in notices(opened)


@pytest.mark.parametrize("table", ["supervision.review_event", "sharing.review_answer"])
def test_the_ledger_is_append_only(opened: Warehouse, table: str) -> None:
    answer(opened, FINANCE, notice_of(opened, FINANCE))
    for statement in (f"delete from {table}", f"update {table} set department_id = 'finance'"):
        with pytest.raises(psycopg.errors.RaiseException, match="只增不改"):
            opened.execute(statement.encode())
