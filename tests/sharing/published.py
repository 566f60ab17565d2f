"""A released city with roles, for tests of what departments read and are sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from credit_grading.publication.publish import publish
from credit_grading.sharing.roles import sync_roles
from tests.sharing.releases import DEPARTMENTS, Grade, departments, set_candidates, verified_run

JUNE = date(2025, 6, 1)


def release(owner: psycopg.Connection[Any], as_of: date, grades: list[Grade], adjust: str = "") -> int:
    """Publish these grades, after a statement that adjusts the candidates. Returns the publication's number."""
    set_candidates(owner, as_of, grades)
    if adjust:
        owner.execute(adjust)
    return publish(owner, verified_run(owner, as_of)).publication_id


def scored(rulebook_id: str, scores: dict[str, str]) -> list[Grade]:
    """Grades by subject key and score, in the bands of the releases' rules."""
    return [
        Grade(rulebook_id, key, Decimal(score), "A" if Decimal(score) >= 80 else "B" if Decimal(score) >= 60 else "D")
        for key, score in scores.items()
    ]


@contextmanager
def with_roles(owner: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """Roles of every department of DEPARTMENTS, and none of them afterwards: roles belong to the whole server."""
    sync_roles(owner, departments())
    try:
        yield owner
    finally:
        for department_id in DEPARTMENTS:
            owner.execute(f"drop owned by department_{department_id}; drop role department_{department_id}")
