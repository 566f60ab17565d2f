"""One release in one transaction: departments read the old grades or the new ones, never a mix.

A single statement of a reader always sees one release. A reader who needs several statements to agree with
each other runs them in one ``repeatable read`` transaction, which then sees one release from end to end.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import class_row

from credit_grading.publication.difference import Difference, apply_difference, find_difference, shared_table
from credit_grading.publication.superseded import keep_superseded, note_kept

SQL_FOLDER = Path(__file__).parent / "sql"

# Copied from candidate.<name> to sharing.<name> beside the grades.
BESIDE = (
    "contribution", "limit_hit", "crosswalk_level", "single_change", "indicator", "grade_limit", "grade_band",
    "grade_condition", "rulebook", "measure", "scenario_effect", "dictionary", "rulebook_data_age",
    "bidding_bad_behaviour", "procurement_supplier", "procurement_violation", "procurement_expert", "expert_review",
    "expert_violation",
)  # fmt: skip

# A day's evaluation of a subject that says nothing new is not a change; the release carries the newest as-of date.
NOT_A_CHANGE = frozenset({"as_of"})


class PublicationRefused(RuntimeError):
    """The release did not happen and nothing was changed. `reason` says why, in Chinese with English beside it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Publication:
    """One row of sharing.publication. Numbers count rows of sharing.grade; sequences are of the change feed."""

    publication_id: int
    run_id: int
    verdict_id: int
    as_of: date
    kind: str
    grades_added: int
    grades_changed: int
    grades_removed: int
    first_sequence: int | None
    last_sequence: int | None
    published_at: datetime


def publish(connection: psycopg.Connection[Any], run_id: int) -> Publication:
    """Release the candidates of run `run_id` in one transaction, and close the run as published.

    A run that is published already gives its publication back and nothing is written.

    Args:
        connection: without an open transaction, so that the release is committed when this returns.
        run_id: of evaluation.run; the newest verdict of each gate for it must be 'passed', and the candidates must
            be, row for row, what the publication gate examined.

    Raises:
        PublicationRefused: the run may not be published. Nothing was changed but the run, which says why.
        ValueError: the connection has an open transaction.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError("publish needs a connection without an open transaction: commit or roll back first")
    try:
        with connection.transaction():
            return _find(connection, run_id) or _release(connection, run_id)
    except PublicationRefused as refused:
        _record_refusal(connection, run_id, refused.reason)
        raise


def _release(connection: psycopg.Connection[Any], run_id: int) -> Publication:
    lock_release(connection, "lock.sql")
    # Somebody may have published this very run while the locks were waited for.
    if already := _find(connection, run_id):
        return already
    publication_id, as_of = connection.execute(
        "select coalesce((select max(publication_id) from sharing.publication), 0) + 1, as_of"
        " from evaluation.run where run_id = %s for update",
        (run_id,),
    ).fetchone() or (0, None)
    if reasons := _reasons(connection, run_id):
        raise PublicationRefused("；".join(reasons))
    release = {"run_id": run_id, "publication_id": publication_id, "as_of": as_of}
    grades, sequences = _release_grades(connection, release)
    for name in BESIDE:
        table = shared_table(connection, name)
        find_difference(connection, table)
        keep_superseded(connection, table, publication_id)
        apply_difference(connection, table, publication_id)
    note_kept(connection, publication_id)
    release |= {"added": grades.added, "changed": grades.changed, "removed": grades.removed} | sequences
    for step in ("publication.sql", "feed_age.sql", "effects.sql", "close.sql"):
        connection.execute(_sql(step), release)
    published = _find(connection, run_id)
    if published is None:
        raise PublicationRefused(f"评价运行 {run_id} 的发布没有写入 (the publication was not written)")
    return published


def lock_release(connection: psycopg.Connection[Any], *files: str) -> None:
    """Hold still what a release writes, and what `files` of the SQL folder name besides, until the transaction ends.

    Raises PublicationRefused where a table is missing, or somebody else keeps it locked.
    """
    try:
        for file in ("lock_first.sql", *files, "lock_shared.sql"):
            for statement in _sql(file).split(b";\n"):
                connection.execute(statement)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as missing:
        raise PublicationRefused(f"没有待发布的数据 (no candidates): {missing.diag.message_primary}") from missing
    except psycopg.errors.LockNotAvailable as busy:
        raise PublicationRefused(
            f"待发布或共享的表正被占用 (tables are being written): {busy.diag.message_primary}"
        ) from busy


def _reasons(connection: psycopg.Connection[Any], run_id: int) -> list[str]:
    return [reason for (reason,) in connection.execute(_sql("refusal.sql"), {"run_id": run_id})]


def _release_grades(
    connection: psycopg.Connection[Any], release: dict[str, Any]
) -> tuple[Difference, dict[str, int | None]]:
    table = shared_table(connection, "grade")
    difference = find_difference(connection, table, ignored=NOT_A_CHANGE)
    keep_superseded(connection, table, release["publication_id"])
    apply_difference(connection, table, release["publication_id"])
    return difference, append_changes(connection, release)


def append_changes(connection: psycopg.Connection[Any], release: dict[str, Any]) -> dict[str, int | None]:
    """Append the applied difference of the grades to the change feed; its first and last number, None without any."""
    first, last = connection.execute(_sql("change.sql"), release).fetchone() or (None, None)
    return {"first_sequence": first, "last_sequence": last}


def _find(connection: psycopg.Connection[Any], run_id: int) -> Publication | None:
    with connection.cursor(row_factory=class_row(Publication)) as cursor:
        return cursor.execute(
            f"select {', '.join(field.name for field in fields(Publication))}"
            " from sharing.publication where run_id = %s and kind = 'release'",
            (run_id,),
        ).fetchone()


def _record_refusal(connection: psycopg.Connection[Any], run_id: int, reason: str) -> None:
    # In a transaction of its own: the release's was rolled back. What was published or abandoned stays that way.
    with connection.transaction():
        connection.execute(
            "update evaluation.run set state = 'refused', reason = %s, closed_at = clock_timestamp()"
            " where run_id = %s and state not in ('published', 'abandoned')",
            (reason, run_id),
        )


def _sql(name: str) -> bytes:
    return (SQL_FOLDER / name).read_bytes()
