"""Random histories beside a small oracle that shares nothing with the SQL: what is open after a release must agree."""

import calendar
import random
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from credit_grading.publication.roll_back import roll_back
from tests.sharing.releases import Grade
from tests.sharing.warned import BOOK, Decimal, judge, record, release, rule

SUBJECTS = [f"S{number}" for number in range(12)]
# two rule versions each: those in force change in the middle of the history
LEVELS = {"1": (2, 1), "2": (1, 2)}
POINTS = {"1": (Decimal(6), 1), "2": (Decimal(9), 2)}
CHANGE_OF_RULES = date(2025, 3, 1)

History = list[tuple[date, dict[str, str]]]


def months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def fallen(history: History, subject: str, least: int, months: int) -> bool:
    """Whether the grade of today lies so many levels below one that was left within the months."""
    today, grades = history[-1]
    if subject not in grades:
        return False
    left = [
        before[subject]
        for (_, before), (day, after) in pairwise(history)
        if subject in before and before[subject] != after.get(subject) and months_later(day, months) > today
    ]
    return any(ord(grades[subject]) - ord(grade) >= least for grade in left)


def gathered(records: list[tuple[date, Decimal]], today: date, least: Decimal, months: int) -> bool:
    return sum(points for day, points in records if day <= today < months_later(day, months)) >= least


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_open_warnings_are_those_of_the_oracle_after_every_release(
    warehouse: psycopg.Connection[Any], seed: int
) -> None:
    chance = random.Random(seed)
    for version in ("1", "2"):
        span = {"until": "2025-03-01"} if version == "1" else {"since": "2025-03-01"}
        levels, months = LEVELS[version]
        rule(warehouse, "levels_in_period", version=version, levels_at_least=levels, months=months, **span)
        points, months = POINTS[version]
        rule(
            warehouse, "points_in_period", version=version, indicator="penalty", points_at_least=points, months=months,
            **span,
        )  # fmt: skip
    day = date(2025, 1, chance.randint(20, 31))
    history: History = []
    # of each release that stands, beside the history: its number and the records behind its grades
    standing: list[tuple[int, dict[str, list[tuple[date, Decimal]]]]] = []
    records: dict[str, list[tuple[date, Decimal]]] = {subject: [] for subject in SUBJECTS}
    grades = {subject: chance.choice("ABCDE") for subject in SUBJECTS}
    seen = taken_back = 0
    for step in range(14):
        for subject in SUBJECTS:
            if chance.random() < 0.3:
                grades[subject] = chance.choice("ABCDE")
            if chance.random() < 0.4:
                records[subject].append((day - timedelta(chance.randint(0, 40)), Decimal(chance.randint(1, 8)) / 2))
        graded = {subject: grade for subject, grade in grades.items() if chance.random() < 0.95}
        history.append((day, graded))
        behind = {
            subject: [record(f"{n}", str(on), str(points)) for n, (on, points) in enumerate(records[subject])]
            for subject in graded
        }
        published = release(
            warehouse, str(day), [Grade(BOOK, subject, Decimal(70), grade) for subject, grade in graded.items()],
            behind=behind,
        )  # fmt: skip
        standing.append((published.publication_id, {subject: list(records[subject]) for subject in SUBJECTS}))
        # some are taken back, with those before them, judged or not
        if step > 2 and chance.random() < 0.3:
            if chance.random() < 0.5:
                judge(warehouse)
            left = chance.randint(max(1, len(history) - 4), len(history) - 1)
            del history[left:], standing[left:]
            roll_back(warehouse, standing[-1][0], "等级有误", "张三")
            taken_back += 1
        # some releases follow each other before anybody judges them
        if step % 4 == 2:
            day += timedelta(chance.randint(0, 9))
            continue
        judge(warehouse)
        (today, graded), (_, counted) = history[-1], standing[-1]
        version = "1" if today < CHANGE_OF_RULES else "2"
        expected = {
            *(("levels_in_period", s) for s in graded if fallen(history, s, *LEVELS[version])),
            *(("points_in_period", s) for s in graded if gathered(counted[s], today, *POINTS[version])),
        }
        found = warehouse.execute("select rule_id, subject_key, rule_version from sharing.warning where is_open")
        assert {(kind, subject, version) for kind, subject in expected} == set(found.fetchall()), (seed, step, day)
        seen += len(expected)
        day += timedelta(chance.randint(0, 9))
    assert seen > 20
    assert taken_back > 1
