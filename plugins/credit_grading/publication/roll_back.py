"""Putting an earlier release back, as a publication of its own: readers see the present release or that one, whole.

Everything that was written over since is kept in schema ``superseded``: the rows are those that were published, and not
a new evaluation of the old day, since when records and the project's own SQL may have changed.
"""

from dataclasses import fields
from typing import Any

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg.rows import class_row

from credit_grading.evaluation.regrade import DIFFERENT
from credit_grading.publication.difference import apply_difference, shared_table
from credit_grading.publication.publish import BESIDE, SQL_FOLDER, Publication, append_changes, lock_release
from credit_grading.publication.superseded import find_earlier, keep_superseded, note_kept

COUNTS = """
select
    count(*) filter (where change = 'added') as added,
    count(*) filter (where change = 'changed') as changed,
    count(*) filter (where change = 'removed') as removed
from pg_temp.difference_grade
"""

# The newest publication, and the release that stands: itself, or the one that it put back.
STANDING = """
select publication.publication_id, coalesce(roll_back.restored_publication_id, publication.publication_id)
from sharing.publication
left join sharing.roll_back using (publication_id)
order by publication.publication_id desc
limit 1
"""


class RollBackRefused(RuntimeError):
    """Nothing was rolled back and nothing changed. The message says why, in Chinese with English beside it."""


def roll_back(
    connection: psycopg.Connection[Any],
    publication_id: int,
    reason: str,
    ordered_by: str,
    *,
    holds_releases: bool = False,
) -> Publication:
    """Publish again, row for row, what publication `publication_id` released; returns that new publication.

    Where the newest publication is the roll-back to that release already, it is given back and nothing is written.

    Args:
        connection: without an open transaction, so that the roll-back is committed when this returns.
        publication_id: which release departments shall read again.
        reason: why; published.
        ordered_by: who decided it; published.
        holds_releases: refuse every release until resume_releases; else the next run releases anew.

    Raises:
        RollBackRefused: no such release, the release that stands, no reason, or its rows are no longer kept.
        PublicationRefused: tables of schema sharing stay locked by somebody else.
        ValueError: the connection has an open transaction.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError("roll_back needs a connection without an open transaction: commit or roll back first")
    if not reason.strip() or not ordered_by.strip():
        raise RollBackRefused("回退须写明理由和决定人 (a roll-back needs a reason, and who ordered it)")
    with connection.transaction():
        lock_release(connection)
        newest, standing = connection.execute(STANDING).fetchone() or (0, 0)
        if standing == publication_id != newest:
            return _publication(connection, newest)
        as_of = _demand(connection, publication_id, newest)
        release = {"publication_id": newest + 1, "restored": publication_id, "as_of": as_of}
        for name in ("grade", *BESIDE):
            table = shared_table(connection, name, source="pg_temp")
            find_earlier(connection, table, publication_id)
            keep_superseded(connection, table, newest + 1)
            apply_difference(connection, table, newest + 1)
        note_kept(connection, newest + 1)
        added, changed, removed = connection.execute(COUNTS).fetchone() or (0, 0, 0)
        numbers = {"added": added, "changed": changed, "removed": removed} | append_changes(connection, release)
        said = {"reason": reason.strip(), "ordered_by": ordered_by.strip(), "holds_releases": holds_releases}
        for step in ("roll_back.sql", "effects.sql"):
            connection.execute((SQL_FOLDER / step).read_bytes(), release | numbers | said)
        _demand_exact(connection, publication_id)
        return _publication(connection, newest + 1)


def _demand(connection: psycopg.Connection[Any], publication_id: int, newest: int) -> object:
    """The as-of date of the release; refuses where it cannot be put back."""
    row = connection.execute(
        "select as_of from sharing.publication where publication_id = %s", (publication_id,)
    ).fetchone()
    if row is None:
        raise RollBackRefused(f"没有第 {publication_id} 次发布 (there is no publication {publication_id})")
    if publication_id == newest:
        raise RollBackRefused(f"第 {publication_id} 次发布就是现行发布 (publication {publication_id} stands already)")
    kept = connection.execute(
        "select count(*) from superseded.publication where publication_id > %s", (publication_id,)
    ).fetchone()
    if kept != (newest - publication_id,):
        raise RollBackRefused(
            f"第 {publication_id} 次发布之后被替换的内容已不完整 (not everything that was written over since "
            f"publication {publication_id} is kept)"
        )
    return row[0]


def _demand_exact(connection: psycopg.Connection[Any], publication_id: int) -> None:
    # the change feed is a second record of every grade
    differing = connection.execute(
        sql.SQL(DIFFERENT).format(grade=sql.Identifier("sharing", "grade")),
        {"publication_id": publication_id, "shown": 1},
    ).fetchone()
    if differing is not None:
        raise RollBackRefused(
            f"有 {differing[-1]} 个等级与第 {publication_id} 次发布的变更流水不符 "
            "(grades differ from the change feed): " + " · ".join(filter(None, differing[:3]))
        )


def _publication(connection: psycopg.Connection[Any], publication_id: int) -> Publication:
    with connection.cursor(row_factory=class_row(Publication)) as cursor:
        [published] = cursor.execute(
            sql.SQL("select {} from sharing.publication where publication_id = %s").format(
                sql.SQL(", ").join(sql.Identifier(field.name) for field in fields(Publication))
            ),
            (publication_id,),
        ).fetchall()
    return published
