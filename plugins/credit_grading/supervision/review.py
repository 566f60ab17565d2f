"""Review of diverging grades (评价等级核查): one step after each release and each day, in one transaction.

Answers are judged first, against the notices as departments saw them. Then the newest release decides which cases are
open, whom they concern, and which deadlines have passed. All of it is appended to supervision.review_event.
"""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from credit_grading.supervision.review_rules import load_review_rules

SQL_FOLDER = Path(__file__).parent / "sql"
STEPS = ("answer", "close", "open", "notice_close", "notice_send", "escalate")


def review(connection: psycopg.Connection[Any], day: date) -> dict[str, int]:
    """Bring the ledger up to the newest release and the day; returns the number of new events by kind.

    A second run with the same release, day and answers writes nothing. Without any release nothing is done.

    Args:
        connection: to a prepared warehouse, without an open transaction.
        day: city day; deadlines are counted from it, in working days.

    Raises:
        ReviewRulesError: the rules file has mistakes; nothing was changed.
        ValueError: the connection has an open transaction.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError("review needs a connection without an open transaction: commit or roll back first")
    with connection.transaction():
        # Every statement sees one release and the same answers. A lock takes no snapshot, so that whoever waited for
        # another step sees what that one wrote.
        connection.execute("set transaction isolation level repeatable read")
        connection.execute("lock table supervision.review_event in share row exclusive mode")
        release = connection.execute(
            "select publication_id, kind from sharing.publication order by publication_id desc limit 1"
        ).fetchone()
        if release is None:
            return {}
        load_review_rules(connection)
        before = connection.execute("select max(event_id) from supervision.review_event").fetchone()
        if connection.execute("select to_regclass('staging.review_answer')").fetchone() != (None,):
            connection.execute(_sql("answers_by_file"))
        for table in ("compared", "diverging"):
            connection.execute(_sql(table))
            connection.execute(f"analyze review_{table}".encode())
        # many answers at once would else be looked up by the numbers of the day before
        connection.execute("analyze supervision.review_event, sharing.review_answer")
        given = {"publication_id": release[0], "kind": release[1], "day": day}
        for step in STEPS:
            connection.execute(_sql(step), given)
        events = connection.execute(
            "select event from supervision.review_event where event_id > coalesce(%s, 0)", before
        )
        return dict(Counter(event for (event,) in events))


def _sql(step: str) -> bytes:
    return (SQL_FOLDER / f"review_{step}.sql").read_bytes()
