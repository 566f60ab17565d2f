"""Proposes what the rules say of review experts after a release; finance decides (sharing.expert_decision)."""

from pathlib import Path
from typing import Any

import psycopg

from credit_grading.supervision.expert_rules import FILE, expert_rules

SQL_FOLDER = Path(__file__).parent / "sql"
STEPS = (
    "expert_fulfilled.sql",
    "expert_reviews.sql",
    "expert_points.sql",
    "expert_restorations.sql",
    "expert_proposals.sql",
)


def propose(connection: psycopg.Connection[Any], rules: Path = FILE) -> dict[str, int]:
    """Write new proposals by the newest release, in one transaction. Safe to repeat: the same facts propose nothing.

    Args:
        connection: as the owner of schema supervision, with nothing open or inside a transaction of the caller.
        rules: the YAML file of rules.

    Returns:
        Number of new proposals by action (promote, suspend, restore, dismiss); empty where there is none.

    Raises:
        ExpertRulesError: the rules are wrong, with file and line. Nothing was written.
    """
    parameters = {"expert_rules": expert_rules(rules)}
    with connection.transaction():
        cursor = connection.cursor()
        for step in STEPS:
            # the first step has several statements, which take no parameters
            statement = (SQL_FOLDER / step).read_bytes()
            cursor.execute(statement, None if step == STEPS[0] else parameters)
        counts = cursor.fetchall()
    return {action: number for action, number in counts}
