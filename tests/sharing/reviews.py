"""Releases whose grades lie apart, and departments that answer: what tests of the review have in common."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from credit_grading.publication.publish import publish
from tests.sharing.releases import Department, Grade, set_candidates, verified_run

# explained by three different departments (supervision/rules/review.yml)
PUBLIC, SUPPLIER, CONSTRUCTION = "public_credit", "procurement_supplier", "construction_integrity"
REFORM, FINANCE, HOUSING = "development_and_reform", "finance", "housing_and_urban_rural_construction"
DEPARTMENTS = [
    Department(REFORM, ["all"]), Department(FINANCE, [SUPPLIER]), Department(HOUSING, [CONSTRUCTION]),
    Department("weather", []),
]  # fmt: skip
MONDAY = date(2026, 3, 2)
Side = tuple[str, str] | tuple[str, str, str]


def release(
    connection: psycopg.Connection[Any], grades: Iterable[tuple[str, str, str] | tuple[str, str, str, str]],
    as_of: date = MONDAY,
) -> int:  # fmt: skip
    """Publish (subject, rulebook, city grade[, facet]) and return the publication; '-' is no grade of the city's."""
    listed = [Grade(rulebook, subject, Decimal(50), grade, *facet) for subject, rulebook, grade, *facet in grades]
    set_candidates(connection, as_of, listed)
    connection.execute("update candidate.grade set city_grade = null where city_grade = '-'")
    return publish(connection, verified_run(connection, as_of)).publication_id


def answer(
    connection: psycopg.Connection[Any], department_id: str, notice_id: int, decision: str | None = "keep",
    reason: str | None = "按本行业办法评定", *, credit_code: str | None = None, answered_on: date = MONDAY,
) -> int:  # fmt: skip
    """What a department's own insert leaves, at noon of a day of the city; returns the answer."""
    row = connection.execute(
        "insert into sharing.review_answer (department_id, notice_id, decision, reason, credit_code, answered_at)"
        " values (%s, %s, %s, %s, %s, (%s || ' 12:00 Asia/Shanghai')::timestamptz) returning answer_id",
        (department_id, notice_id, decision, reason, credit_code, answered_on.isoformat()),
    ).fetchone()
    assert row is not None
    return int(row[0])


def rows(connection: psycopg.Connection[Any], query: str, *parameters: object) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode(), parameters).fetchall()


def events(connection: psycopg.Connection[Any], after: int = 0) -> list[tuple[Any, ...]]:
    """(event, subject, department, cause) in their order."""
    return rows(
        connection,
        "select event, subject_key, department_id, cause from supervision.review_event where event_id > %s"
        " order by event_id",
        after,
    )


def ledger(connection: psycopg.Connection[Any]) -> list[str]:
    """Everything the ledger says, but for when it was written down."""
    found = rows(
        connection,
        "select (to_jsonb(written) - 'recorded_at')::text from supervision.review_event as written order by event_id",
    )
    return [text for (text,) in found]


def notice_of(connection: psycopg.Connection[Any], department_id: str, subject_key: str = "S1") -> int:
    """The department's newest notice about the subject."""
    ((notice_id,),) = rows(
        connection,
        "select max(notice_id) from supervision.review_notice where department_id = %s and subject_key = %s",
        department_id, subject_key,
    )  # fmt: skip
    assert notice_id is not None
    return int(notice_id)
