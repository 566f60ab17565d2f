"""Beside each record behind a grade: when it may be repaired, when its publicity ends, whether it is disputed.

Marks follow what is known now and touch no grade. A second run writes nothing.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from credit_grading.publication.difference import Difference, apply_difference, find_difference, shared_table

SQL_FOLDER = Path(__file__).parent / "sql"
# tables of the thematic databases that marks are made from
READ = (
    "thematic.credit_record", "thematic_public_credit.objection", "thematic_public_credit.administrative_penalty",
)  # fmt: skip
# any number that nobody else uses
LOCK = 7_220_141


@dataclass(frozen=True)
class Marked:
    """By how many rows sharing.publicity and sharing.objection changed."""

    publicity: Difference
    objection: Difference


class NothingToRead(LookupError):
    """The thematic databases are not built yet."""


def demand_tables(connection: psycopg.Connection[Any], names: tuple[str, ...]) -> None:
    """Raises NothingToRead where one of the tables is not there."""
    absent = [name for name in names if connection.execute("select to_regclass(%s)", (name,)).fetchone() == (None,)]
    if absent:
        raise NothingToRead(f"尚未生成 {'、'.join(absent)} (not built yet: build the thematic databases first)")


def mark_records(connection: psycopg.Connection[Any]) -> Marked:
    """Bring sharing.publicity and sharing.objection up to what is published and known now, in one transaction.

    Args:
        connection: to a prepared warehouse with thematic databases.

    Raises NothingToRead where there are none yet.
    """
    demand_tables(connection, READ)
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute((SQL_FOLDER / "evidence.sql").read_bytes())
        connection.execute("analyze pg_temp.evidence")
        return Marked(_bring_up(connection, "publicity"), _bring_up(connection, "objection"))


def _bring_up(connection: psycopg.Connection[Any], name: str) -> Difference:
    connection.execute((SQL_FOLDER / f"{name}.sql").read_bytes())
    table = shared_table(connection, name, source="pg_temp")
    difference = find_difference(connection, table)
    apply_difference(connection, table, publication_id=0)
    return difference
