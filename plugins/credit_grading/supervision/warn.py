"""Judge the newest release by the warning rules in force: raise what became true, end what is true no longer.

A warning is one rule version, rulebook, subject, facet and occurrence. It is raised once for as long as it holds, so
that a second run of the same release, or a later release that changes nothing, writes nothing.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

SQL_FOLDER = Path(__file__).parent / "sql"

# in this order, in one transaction; each finds what is true of some kinds of rules
FINDING = ("concerned", "fallen", "record", "points", "near_limit", "near_grade", "validity", "publicity", "listing")


@dataclass(frozen=True)
class WarningRun:
    """What became of a release: numbers of warnings raised and ended now, and of all that hold."""

    publication_id: int
    as_of: date
    raised: int
    ended: int
    open: int


def warn(connection: psycopg.Connection[Any]) -> WarningRun | None:
    """Judge the newest release in one transaction. None where nothing was ever published.

    Args:
        connection: without an open transaction, to a warehouse into which the rules were loaded.
    """
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        # before the first look at anything: a run that waits here sees what the one before it wrote
        connection.execute("lock table sharing.warning_event in share row exclusive mode")
        released = connection.execute(
            "select publication_id, as_of, kind = 'roll_back', coalesce(last_change.sequence, 0)"
            " from sharing.publication, (select max(sequence) as sequence from sharing.grade_change) as last_change"
            " order by publication_id desc limit 1"
        ).fetchone()
        if released is None:
            return None
        publication_id, as_of, is_roll_back, last_sequence = released
        release = {"publication_id": publication_id, "as_of": as_of, "is_roll_back": is_roll_back}
        for statement in _sql("watched").split(b";\n"):
            connection.execute(statement, release)
        rules = _rules(connection)
        release["last_sequence"] = _judged_sequence(connection, rules)
        for step in FINDING:
            connection.execute(_sql(step), release)
        ended = connection.execute(_sql("ended"), release).rowcount
        raised = connection.execute(_sql("raised"), release).rowcount
        connection.execute(
            "insert into supervision.warning_run (publication_id, as_of, last_sequence, rules, raised, ended)"
            " values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
            (publication_id, as_of, last_sequence, rules, raised, ended),
        )
        [still_open] = connection.execute("select count(*) from supervision.open_warning").fetchone() or (0,)
    return WarningRun(publication_id, as_of, raised, ended, still_open)


def _rules(connection: psycopg.Connection[Any]) -> list[str]:
    found = connection.execute("select distinct rule_id || '@' || rule_version from watched_rule order by 1")
    return [rule for (rule,) in found]


def _judged_sequence(connection: psycopg.Connection[Any], rules: list[str]) -> int:
    """How far the change feed was judged by these very rules; 0 where the last run's were others."""
    row = connection.execute(
        "select last_sequence from supervision.warning_run where rules = %s"
        " and publication_id = (select max(publication_id) from supervision.warning_run)",
        (rules,),
    ).fetchone()
    return int(row[0]) if row else 0


def _sql(name: str) -> bytes:
    return (SQL_FOLDER / f"warning_{name}.sql").read_bytes()
