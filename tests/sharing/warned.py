"""Releases with the records a test wants, and warning rules written straight into their tables."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from credit_grading.publication.publish import Publication, publish
from credit_grading.supervision.warn import WarningRun, warn
from tests.sharing.releases import Grade, set_candidates, verified_run

BOOK = "public_credit"
Records = Mapping[str, Sequence[dict[str, Any]]]


def graded(**grades: str) -> list[Grade]:
    """Grades A–E by subject, each with a score in the middle of nowhere."""
    return [Grade(BOOK, subject, Decimal(70), grade) for subject, grade in grades.items()]


def record(key: str, occurred_on: str, points: str = "0", until: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "record_key": key, "department_id": "market_regulation", "catalogue_item_id": "penalty",
        "occurred_on": occurred_on, "effective_until": until, "points": float(points), "summary": f"处罚{key}",
        "batch_id": 1, "row_number": 1, **more,
    }  # fmt: skip


def release(
    warehouse: psycopg.Connection[Any], day: str, grades: list[Grade], *, behind: Records | None = None,
    hit: Records | None = None, holds_until: str | None = None, also: str = "",
) -> Publication:  # fmt: skip
    """Publish grades, with the records behind leaf `penalty` and limit `dishonest` of public_credit by subject."""
    as_of = date.fromisoformat(day)
    set_candidates(warehouse, as_of, grades)
    warehouse.execute("update candidate.contribution set records = '[]'")
    for subject, records in (behind or {}).items():
        updated = warehouse.execute(
            "update candidate.contribution set records = %s where rulebook_id = %s and subject_key = %s",
            (json.dumps(records), BOOK, subject),
        )
        assert updated.rowcount == 1
    for subject, records in (hit or {}).items():
        warehouse.execute(
            "insert into candidate.limit_hit values (%s, %s, '', 'dishonest', %s, %s)",
            (BOOK, subject, holds_until, json.dumps(records)),
        )
    if also:
        warehouse.execute(also)
    return publish(warehouse, verified_run(warehouse, as_of))


def judge(warehouse: psycopg.Connection[Any]) -> WarningRun:
    """Run the step twice: the second time it must write nothing."""
    first = warn(warehouse)
    again = warn(warehouse)
    assert first is not None
    assert again is not None
    assert (again.raised, again.ended, again.open) == (0, 0, first.open)
    return first


def rule(
    warehouse: psycopg.Connection[Any], kind: str, *, version: str = "1", since: str = "2025-01-01",
    until: str | None = None, indicator: str = "", limit: str = "", rulebook: str = BOOK, **parameters: Any,
) -> None:  # fmt: skip
    """One version of a rule called like its kind."""
    columns = "".join(f", {name}" for name in parameters)
    warehouse.execute(
        "insert into sharing.warning_rule (rule_id, rule_version, kind, severity, title_zh, title_en, in_force_from,"
        f" in_force_until, legal_basis, content_hash, source_text{columns})"
        " values (%s, %s, %s, 'attention', '规则', 'rule', %s, %s, '本项目假设', '', ''"
        + ", %s" * len(parameters)
        + ")",
        (kind, version, kind, since, until, *parameters.values()),
    )
    warehouse.execute(
        "insert into sharing.warning_scope values (%s, %s, %s, %s, %s)", (kind, version, rulebook, indicator, limit)
    )


def events(warehouse: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """The whole ledger: (event, subject, occurrence, cause)."""
    return warehouse.execute(
        "select event, subject_key, occurrence, cause from sharing.warning_event order by sequence"
    ).fetchall()


def open_subjects(warehouse: psycopg.Connection[Any]) -> list[str]:
    return [
        subject for (subject,) in warehouse.execute("select subject_key from sharing.warning where is_open order by 1")
    ]


def open_warnings(warehouse: psycopg.Connection[Any]) -> list[tuple[str, str, str]]:
    """What holds: (rule, subject, occurrence)."""
    return warehouse.execute(
        "select rule_id, subject_key, occurrence from sharing.warning where is_open order by 1, 2, 3"
    ).fetchall()
