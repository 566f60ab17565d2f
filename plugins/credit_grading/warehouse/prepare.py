"""Create what dbt does not own: ledgers, compiled rulebooks, verdicts and the stable sharing tables."""

from pathlib import Path

import psycopg

from credit_grading.warehouse.holidays import load_holidays
from credit_grading.warehouse.rules import load_rules

SCHEMA_FOLDER = Path(__file__).parent / "schema"

# Any fixed number will do, as long as nobody else in the database uses it: two schedulers that
# start at once must not create the same table at once.
PREPARE_LOCK = 7_220_118


def prepare(connection: psycopg.Connection) -> None:
    """Apply every file of ``schema/`` in name order and load holidays and rules, in one transaction. Safe to repeat."""
    with connection.transaction():
        connection.execute("set local client_min_messages = warning")
        connection.execute("select pg_advisory_xact_lock(%s)", (PREPARE_LOCK,))
        for file in sorted(SCHEMA_FOLDER.glob("*.sql")):
            connection.execute(file.read_text(encoding="utf-8").encode())
        load_holidays(connection)
        load_rules(connection)
