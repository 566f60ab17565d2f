"""The ledger of batches and attempts."""

from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from credit_grading.contract.model import Contract
from credit_grading.landing.headers import Headings, column_of
from credit_grading.landing.problem import FeedOutcome, as_json


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that is in the ledger."""

    batch_id: int
    window_key: str
    content_hash: str
    source_hash: str | None
    unknown_columns: tuple[str, ...] = ()
    holds_corrections: bool = False


def lock_feed(connection: psycopg.Connection, department_id: str, feed_id: str) -> None:
    """Wait until nobody else receives this feed; holds until the transaction ends."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"landing {department_id} {feed_id}",))


def latest_batch(
    connection: psycopg.Connection, department_id: str, feed_id: str, window_key: str | None = None
) -> Batch | None:
    """The newest batch of a feed, of one window where it is named."""
    found = connection.execute(
        "select batch_id, window_key, content_hash, source_hash, unknown_columns,"
        " holds_corrections from landing.batch"
        " where department_id = %(department)s and feed_id = %(feed)s"
        " and (%(window)s::text is null or window_key = %(window)s) order by batch_id desc limit 1",
        {"department": department_id, "feed": feed_id, "window": window_key},
    ).fetchone()
    return Batch(*found) if found else None


def next_batch_id(connection: psycopg.Connection) -> int:
    """A number for a batch whose rows are written before its line in the ledger."""
    return _number(connection, "select nextval(pg_get_serial_sequence('landing.batch', 'batch_id'))", ())


def is_within_grace(connection: psycopg.Connection, department_id: str, feed_id: str, grace_days: int) -> bool:
    """Whether the feed's newest batch is so young that its absence now is no alarm."""
    found = connection.execute(
        "select coalesce(max(known_from) > now() - make_interval(days => %s), false) from landing.batch"
        " where department_id = %s and feed_id = %s",
        (grace_days, department_id, feed_id),
    ).fetchone()
    return bool(found and found[0])


def highest_cursor(batch: Batch | None, cursor: str) -> str | None:
    """Upper end of the newest window read with this cursor; None where all is to be read."""
    if batch is None or not batch.window_key.startswith(f"{cursor}:"):
        return None
    return batch.window_key.removeprefix(f"{cursor}:").rpartition("..")[2] or None


def hashes_at_cursor(
    connection: psycopg.Connection,
    contract: Contract,
    department_id: str,
    feed_id: str,
    *,
    cursor: str,
    value: str,
    headings: Headings,
) -> set[str]:
    """Hashes of the rows already received that the next window will deliver again: at its lower end, or without one."""
    column = column_of(contract, cursor, headings)
    held = sql.SQL("row.extra_columns ->> {}").format(cursor)
    if column:
        # a row that was landed before the department's file named the cursor has it among its extra columns
        held = sql.SQL("coalesce({}, {})").format(sql.Identifier("row", column.name), held)
    query = sql.SQL(
        "select row.row_hash from {} as row join landing.batch as batch using (batch_id)"
        " where batch.department_id = %s and batch.feed_id = %s and ({} = %s or {} is null)"
    ).format(sql.Identifier("landing", contract.id), held, held)
    return {found[0] for found in connection.execute(query, (department_id, feed_id, value))}


def record_batch(
    connection: psycopg.Connection,
    *,
    batch: Batch,
    contract_id: str,
    department_id: str,
    feed_id: str,
    follows: int | None,
    source_name: str,
    row_count: int,
    unknown_columns: list[str],
    layout: str | None,
    headings: dict[str, str],
    holds_corrections: bool,
    dag_run_id: str | None,
    delivery_kind: str = "append",
) -> None:
    """Write the batch into the ledger; commits with its rows."""
    connection.execute(
        "insert into landing.batch (batch_id, contract_id, department_id, feed_id, window_key, content_hash,"
        " source_hash, follows_batch_id, source_name, row_count, unknown_columns, layout, headings, holds_corrections,"
        " dag_run_id, delivery_kind, repeats_batch_id)"
        " overriding system value values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
        # the same bytes are received again only to read them under headings that mean something now
        " (select coalesce(before.repeats_batch_id, before.batch_id) from landing.batch as before"
        " where before.batch_id = %s and before.source_hash = %s))",
        (batch.batch_id, contract_id, department_id, feed_id, batch.window_key, batch.content_hash,
         batch.source_hash, follows, source_name, row_count, unknown_columns, layout, Jsonb(headings),
         holds_corrections, dag_run_id, delivery_kind, follows, batch.source_hash),
    )  # fmt: skip


def record_attempt(
    connection: psycopg.Connection, department_id: str, feed_id: str, outcome: FeedOutcome, dag_run_id: str | None
) -> int:
    """Write an attempt, good or bad, in a transaction of its own; returns its id."""
    with connection.transaction():
        return _number(
            connection,
            "insert into landing.feed_attempt (department_id, feed_id, outcome, batch_ids, rows_landed, problems,"
            " dag_run_id) values (%s, %s, %s, %s, %s, %s, %s) returning attempt_id",
            (department_id, feed_id, outcome.outcome, outcome.batches, outcome.rows,
             Jsonb(as_json(outcome.problems)), dag_run_id),
        )  # fmt: skip


def _number(connection: psycopg.Connection, query: str, parameters: tuple[object, ...]) -> int:
    found = connection.execute(query.encode(), parameters).fetchone()
    assert found is not None
    return int(found[0])
