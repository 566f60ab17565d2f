"""Two-way exchange (双向共享): what industries found of a subject goes back to the other departments as entitled."""

from pathlib import Path
from typing import Any

import psycopg

SQL_FILE = Path(__file__).parent / "sql" / "exchange.sql"


def exchange(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Make sharing.industry_result what the newest release knew; returns rows ``written`` and ``removed``.

    One statement: a reader sees the old state or the new one. A second run of the same release writes nothing.

    Args:
        connection: to a prepared warehouse whose thematic databases are built; without them nothing is done.
    """
    if connection.execute("select to_regclass('thematic.credit_record')").fetchone() == (None,):
        return {"written": 0, "removed": 0}
    written, removed = connection.execute(SQL_FILE.read_bytes()).fetchone() or (0, 0)
    return {"written": int(written), "removed": int(removed)}
