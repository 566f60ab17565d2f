"""Which publications a delivery still has to bring, and how each attempt ended."""

import json
from dataclasses import asdict
from typing import Any

import psycopg

from credit_grading.delivery.model import Attempt
from credit_grading.department.model import OutgoingDelivery

_DELIVERED = (
    "select max(publication_id) from supervision.delivery_attempt"
    " where department_id = %s and delivery_id = %s and outcome <> 'failed' and publication_id < %s"
)


def pending(
    connection: psycopg.Connection[Any], department_id: str, delivery: OutgoingDelivery, newest: int, *, again: bool
) -> list[int]:
    """Publications to deliver, oldest first.

    Full: the newest, where it was not delivered yet. Changes: every one after the last that was delivered.
    ``again``: full the newest once more, changes from the first on.
    """
    delivered = previous(connection, department_id, delivery.id, newest + 1) or 0
    first = 1 if again else delivered + 1
    wanted = range(first, newest + 1)
    return list(wanted) if delivery.mode == "changes" else [newest] if again or delivered < newest else []


def previous(
    connection: psycopg.Connection[Any], department_id: str, delivery_id: str, publication_id: int
) -> int | None:
    """The last publication before this one that the delivery brought; None: there is none."""
    found = connection.execute(_DELIVERED, (department_id, delivery_id, publication_id)).fetchone()
    return found[0] if found else None


def record(
    connection: psycopg.Connection[Any], department_id: str, delivery: OutgoingDelivery, attempt: Attempt
) -> None:
    """Append how an attempt ended."""
    tables = None if attempt.tables is None else json.dumps([asdict(table) for table in attempt.tables])
    connection.execute(
        "insert into supervision.delivery_attempt"
        " (department_id, delivery_id, kind, mode, publication_id, outcome, tables, error, started_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            department_id, delivery.id, delivery.kind, delivery.mode,
            attempt.publication_id, attempt.outcome, tables, attempt.error, attempt.started_at,
        ),
    )  # fmt: skip
