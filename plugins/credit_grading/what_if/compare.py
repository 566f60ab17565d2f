"""The comparison of both sides of a trial: SQL files in their order, each told which side's schemas it reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

SQL_FOLDER = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Side:
    """One side of a trial: ``before`` or ``after``, and the schemas with its results and its rulebooks."""

    name: str
    evaluation: str
    rulebook: str


class NoiseMisses(RuntimeError):
    """Without any noise the sensitivity does not give the grades held: its arithmetic is not the evaluation's."""


def run_sql(
    connection: psycopg.Connection, file: str, settings: dict[str, Any], side: Side | None = None
) -> list[tuple[Any, ...]]:
    """Run the statements of a file; with a side, bare names of tables are those of its schemas.

    Returns the rows of the last statement, none where it gives none.
    """
    with connection.transaction(), connection.cursor() as cursor:
        if side:
            cursor.execute("select set_config('search_path', %s, true)", (f"{side.evaluation}, {side.rulebook}",))
        for statement in (SQL_FOLDER / file).read_bytes().split(b";\n"):
            if statement.strip():
                cursor.execute(statement, settings)
        return cursor.fetchall() if cursor.description else []


def compare(connection: psycopg.Connection, sides: Sequence[Side], settings: dict[str, Any]) -> None:
    """Write every result of a trial, in the transaction that is open. Raises NoiseMisses."""
    run_sql(connection, "sides.sql", settings)
    for side in sides:
        run_sql(connection, "gather.sql", settings | {"side": side.name}, side)
    run_sql(connection, "rulebook.sql", settings, sides[-1])
    for file in ("move.sql", "migration.sql", "mover.sql", "crowding.sql", "score_band.sql", "stability.sql"):
        run_sql(connection, file, settings)
    subjects = _keys(
        connection, "select distinct subject_key from what_if.mover where trial_id = %(trial_id)s", settings
    )
    for side in sides:
        run_sql(connection, "mover_line.sql", settings | {"side": side.name, "subjects": subjects}, side)
    for file in ("mover_difference.sql", "mover_reason.sql"):
        run_sql(connection, file, settings)
    for side in sides:
        _sensitivity(connection, side, settings | {"side": side.name})


def _sensitivity(connection: psycopg.Connection, side: Side, settings: dict[str, Any]) -> None:
    run_sql(connection, "sample.sql", settings, side)
    subjects = _keys(connection, "select distinct subject_key from side_sample", settings)
    known = settings | {"subjects": subjects}
    for file in ("noise.sql", "sample_line.sql", "noisy_score.sql", "noisy_rank.sql"):
        run_sql(connection, file, known, side)
    [(sampled, same)] = connection.execute(
        "select (select count(*) from side_sample), count(*) from noisy_rank where draw = 0 and noisy_rank = rank"
    ).fetchall()
    if sampled != same:
        raise NoiseMisses(
            f"试算的敏感性与评价结果不一致 without noise {sampled - same} of {sampled} grades ({side.name}) come out "
            "differently from the evaluation"
        )
    run_sql(connection, "sensitivity.sql", settings)


def _keys(connection: psycopg.Connection, query: str, settings: dict[str, Any]) -> list[str]:
    return [key for (key,) in connection.execute(query.encode(), settings).fetchall()]
