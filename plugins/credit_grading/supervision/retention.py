"""Retention: show what would be removed, then remove exactly that, after somebody approved it."""

from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from credit_grading.supervision.removable import Line, find_removable

# with `publish`: nothing is released while what may be removed is judged; see publication/sql/lock_first.sql
PUBLICATION_LOCK = 7_220_131

# of a generated city, the day up to which it was released
TODAY = "select greatest(calendar.city_day(now()), (select max(as_of) from sharing.publication))"

REMOVED_ROWS = """
insert into supervision.removed_row (plan_id, contract_id, batch_id, accepted, quarantined)
select
    %(plan_id)s, contract_id, batch_id,
    count(*) filter (where table_name like 'staging.%%'),
    count(*) filter (where table_name = 'quarantine.rejected_row')
from pg_temp.removable
where batch_id is not null
group by contract_id, batch_id
"""


class RetentionRefused(RuntimeError):
    """Nothing was removed. The message says why, in Chinese with English beside it."""


def preview(connection: psycopg.Connection[Any], day: date) -> tuple[int | None, list[Line]]:
    """Write down what the rules allow to remove on `day`: the plan's number and lines; None where it is nothing.

    Raises RetentionRefused where the day is yet to come: keeping times would end before they are over.
    """
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (PUBLICATION_LOCK,))
        [(today,)] = connection.execute(TODAY).fetchall()
        if day > today:
            raise RetentionRefused(f"基准日 {day} 尚未到来，今天是 {today} (the day is yet to come)")
        lines = find_removable(connection, day)
        if not lines:
            return None, []
        [(plan_id,)] = connection.execute(
            "insert into supervision.retention_preview (day) values (%s) returning plan_id", (day,)
        ).fetchall()
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into supervision.retention_plan (plan_id, rule_id, table_name, rows, oldest, newest, reason,"
                " digest) values (%s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    (
                        plan_id,
                        line.rule_id,
                        line.table_name,
                        line.rows,
                        line.oldest,
                        line.newest,
                        line.reason,
                        line.digest,
                    )
                    for line in lines
                ],
            )
        return plan_id, lines


def apply(connection: psycopg.Connection[Any], plan_id: int, approved_by: str) -> list[Line]:
    """Remove exactly what a plan showed, in one transaction; the lines removed, none where it was applied before.

    Args:
        connection: without an open transaction.
        plan_id: of the newest preview.
        approved_by: who approved the plan; kept.

    Raises:
        RetentionRefused: no such plan, a newer one, nobody's name, or the set is not what the plan showed.
    """
    if not approved_by.strip():
        raise RetentionRefused("须写明批准人 (say who approved it)")
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (PUBLICATION_LOCK,))
        if connection.execute("select 1 from supervision.removal where plan_id = %s limit 1", (plan_id,)).fetchone():
            return []
        planned = _planned(connection, plan_id)
        day = _day(connection, plan_id)
        lines = find_removable(connection, day)
        if [(line.rule_id, line.table_name, line.rows, line.digest) for line in lines] != planned:
            raise RetentionRefused(
                f"第 {plan_id} 号清单已过时，请重新预览 (plan {plan_id} is stale: the set has changed since)"
            )
        for table in sorted({line.table_name for line in lines}):
            _remove(connection, table, sum(line.rows for line in lines if line.table_name == table))
        connection.execute(REMOVED_ROWS, {"plan_id": plan_id})
        connection.execute(
            "insert into supervision.removal (plan_id, rule_id, table_name, rows, digest, approved_by)"
            " select plan_id, rule_id, table_name, rows, digest, %s from supervision.retention_plan where plan_id = %s",
            (approved_by.strip(), plan_id),
        )
        return lines


def _day(connection: psycopg.Connection[Any], plan_id: int) -> date:
    rows = connection.execute(
        "select plan_id, day from supervision.retention_preview where plan_id >= %s order by plan_id", (plan_id,)
    ).fetchall()
    if not rows or rows[0][0] != plan_id:
        raise RetentionRefused(f"没有第 {plan_id} 号清单 (there is no plan {plan_id})")
    if len(rows) > 1:
        raise RetentionRefused(f"第 {plan_id} 号清单之后已有新的预览 (there is a newer preview: plan {rows[-1][0]})")
    day: date = rows[0][1]
    return day


def _planned(connection: psycopg.Connection[Any], plan_id: int) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select rule_id, table_name, rows, digest from supervision.retention_plan where plan_id = %s order by 1, 2",
        (plan_id,),
    ).fetchall()


def _remove(connection: psycopg.Connection[Any], table_name: str, rows: int) -> None:
    room, name = table_name.split(".")
    if table_name == "superseded.publication":
        same = "gone.publication_id = held.publication_id"
    elif room == "superseded":
        same = "gone.publication_id = held.superseded_by"
    else:
        # a batch is of one contract
        same = "(gone.batch_id, gone.row_number) = (held.batch_id, held.row_number)"
    removed = connection.execute(
        sql.SQL(
            "delete from {table} as held using pg_temp.removable as gone where gone.table_name = {name} and " + same
        ).format(table=sql.Identifier(room, name), name=sql.Literal(table_name))
    ).rowcount
    # several decisions may stand on one rejected row
    if removed != rows and table_name != "quarantine.decision":
        raise RetentionRefused(f"{table_name}: 应删 {rows} 行，实为 {removed} 行 (rows to remove, and rows found)")
