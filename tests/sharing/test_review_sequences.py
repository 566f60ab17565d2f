"""Any sequence of releases, answers and days: repeating a step writes nothing, and the invariants hold after each."""

from datetime import timedelta
from itertools import combinations
from random import Random
from typing import Any

import psycopg
import pytest

from credit_grading.supervision.review import review
from tests.sharing.reviews import CONSTRUCTION, MONDAY, PUBLIC, SUPPLIER, answer, ledger, release, rows

RULEBOOKS = (PUBLIC, SUPPLIER, CONSTRUCTION)
SUBJECTS = ("S1", "S2", "S3", "S4")
LEVELS = "AABCDE-"
Grades = list[tuple[str, str, str]]


def apart(grades: Grades) -> dict[str, set[str]]:
    """Subject → rulebooks whose grades lie two levels or more from another one's: said a second time, in Python."""
    found: dict[str, set[str]] = {}
    rated = [grade for grade in grades if grade[2] != "-"]
    for (subject, rulebook, level), (other_subject, other, other_level) in combinations(rated, 2):
        if subject == other_subject and abs(ord(level) - ord(other_level)) >= 2:
            found.setdefault(subject, set()).update((rulebook, other))
    return found


def check(connection: psycopg.Connection[Any], grades: Grades) -> None:
    owners = dict(rows(connection, "select rulebook_id, department_id from supervision.review_rulebook"))
    expected = apart(grades)
    cases = dict(rows(connection, "select subject_key, state from supervision.review_case"))
    assert {subject for subject, state in cases.items() if state != "closed"} == set(expected)
    live = rows(
        connection,
        "select subject_key, department_id, state from supervision.review_notice where state <> 'closed' order by 1, 2",
    )
    assert [(subject, department) for subject, department, _ in live] == sorted(
        (subject, department) for subject, books in expected.items() for department in {owners[b] for b in books}
    )
    for subject, state in cases.items():
        states = {kept for of, _, kept in live if of == subject}
        assert (state == "explained") == (states == {"kept"}), subject
    wrong = rows(
        connection,
        "select notice_id from supervision.review_notice where due_on <> calendar.add_working_days(sent_on, 10)"
        " or not calendar.is_working_day(due_on) or escalated_on <= calendar.add_working_days(due_on, 3)",
    )
    assert wrong == []
    numbers = [number for (number,) in rows(connection, "select event_id from supervision.review_event order by 1")]
    assert numbers == list(range(1, len(numbers) + 1))
    unjudged = "select answer_id from sharing.review_answer where answer_id not in" \
               " (select answer_id from supervision.review_event where answer_id is not null)"  # fmt: skip
    assert rows(connection, unjudged) == []


@pytest.mark.parametrize("seed", range(4))
def test_every_sequence_keeps_the_invariants(warehouse: psycopg.Connection[Any], seed: int) -> None:
    random = Random(seed)
    grades = [(subject, rulebook, random.choice(LEVELS)) for subject in SUBJECTS for rulebook in RULEBOOKS]
    release(warehouse, grades)
    day, kinds = MONDAY, set()
    for _ in range(12):
        if random.random() < 0.6:
            grades = [
                (subject, rulebook, random.choice(LEVELS) if random.random() < 0.25 else level)
                for subject, rulebook, level in grades
            ]
            release(warehouse, [grade for grade in grades if random.random() < 0.95] or grades, MONDAY)
            grades = rows(warehouse, "select subject_key, rulebook_id, coalesce(city_grade, '-') from sharing.grade")
            grades = [(subject, rulebook, level) for subject, rulebook, level in grades]
        for notice_id, owner in rows(warehouse, "select notice_id, department_id from supervision.review_notice"):
            if random.random() < 0.3:
                answer(
                    warehouse, random.choice([owner, owner, owner, "finance"]), notice_id,
                    random.choice(["keep", "keep", "correct", "?"]), random.choice(["理由", "理由", ""]),
                    answered_on=day,
                )  # fmt: skip
        review(warehouse, day)
        once = ledger(warehouse)
        assert review(warehouse, day) == {}
        assert ledger(warehouse) == once
        check(warehouse, grades)
        day += timedelta(random.choice([0, 1, 5, 20]))
        # nothing happened but that days passed
        review(warehouse, day)
        check(warehouse, grades)
    kinds = {kind for (kind,) in rows(warehouse, "select distinct event from supervision.review_event")}
    assert kinds >= {"case_opened", "case_closed", "notice_sent", "answered", "answer_rejected", "gap_changed"}
