"""One release as a department's own role sees it: whatever a delivery asks for, the row policies decide."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from credit_grading.delivery.model import Column, DeliveryFailed, Publication, Row
from credit_grading.department.model import OutgoingDelivery
from credit_grading.sharing.roles import role_name
from credit_grading.warehouse.connection import connect

BATCH_ROWS = 5_000
# Decimals that are delivered: databases and Parquet want a number of them. No rule compares so many (本项目假设).
DECIMALS = 18
KINDS = {
    "numeric": "number", "smallint": "integer", "integer": "integer", "bigint": "integer", "boolean": "boolean",
    "date": "date", "timestamp with time zone": "moment",
}  # fmt: skip
_COLUMNS = """
select attribute.attname::text, format_type(attribute.atttypid, attribute.atttypmod), described.title_zh
from pg_catalog.pg_attribute as attribute
left join sharing.dictionary as described
    on described.table_name = %(table)s and described.column_name = attribute.attname::text
where attribute.attrelid = to_regclass(format('sharing.%%I', %(table)s::text))
    and attribute.attnum > 0 and not attribute.attisdropped
order by attribute.attnum
"""


@dataclass(frozen=True, slots=True)
class TableExtract:
    """An Extract that reads the warehouse with a cursor on the server."""

    connection: psycopg.Connection[Any]
    table: str
    columns: list[Column]
    query: sql.Composed

    @contextmanager
    def batches(self) -> Iterator[Iterator[list[Row]]]:
        """The rows, BATCH_ROWS at a time."""
        with self.connection.cursor(name="delivery") as cursor:
            cursor.execute(self.query)
            yield iter(lambda: cursor.fetchmany(BATCH_ROWS), [])


class Release:
    """The newest release and those before it, in one snapshot."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        found = connection.execute("select max(publication_id) from sharing.publication").fetchone()
        self.newest: int | None = found[0] if found else None

    def publication(self, publication_id: int) -> Publication:
        """One publication with its verdict, suite by suite."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                "select publication_id, as_of, kind, published_at from sharing.publication where publication_id = %s",
                (publication_id,),
            ).fetchone()
            verdict = cursor.execute(
                "select suite, checks, passed, failed_warning, not_applicable from sharing.verdict"
                " where publication_id = %s order by suite",
                (publication_id,),
            ).fetchall()
        if row is None:
            raise DeliveryFailed(f"没有第 {publication_id} 次发布 (no such publication)")
        return Publication(**row, verdict=verdict)

    def extract(self, table: str, delivery: OutgoingDelivery, publication_id: int) -> TableExtract:
        """A table as the delivery wants it: whole, or what this publication appended to it.

        Raises DeliveryFailed where there is no such table.
        """
        found = self._connection.execute(_COLUMNS, {"table": table}).fetchall()
        if not found:
            raise DeliveryFailed(f"共享区没有表 {table} (schema sharing has no table {table})")
        columns = [Column(name, KINDS.get(kind, "text"), title or name) for name, kind, title in found]
        names = {column.name for column in columns}
        conditions: list[sql.Composable] = [sql.SQL("true")]
        if delivery.rulebooks is not None and "rulebook_id" in names:
            conditions.append(sql.SQL("rulebook_id = any({})").format(sql.Literal(list(delivery.rulebooks))))
        if delivery.mode == "changes":
            conditions.append(sql.SQL("publication_id = {}").format(sql.Literal(publication_id)))
        query = sql.SQL("select {} from {} where {}{}").format(
            sql.SQL(", ").join(_read(name, kind) for name, kind, _ in found),
            sql.Identifier("sharing", table),
            sql.SQL(" and ").join(conditions),
            sql.SQL(" order by sequence" if "sequence" in names else ""),
        )
        return TableExtract(self._connection, table, columns, query)


@contextmanager
def release_as(department_id: str) -> Iterator[Release]:
    """What the department would read if it logged in now, from one release; read-only.

    Raises DeliveryFailed where the department has no role, or the pipeline may not act as it.
    """
    role = role_name(department_id)
    try:
        with connect(autocommit=True) as connection:
            _let_act(connection, role)
            with connection.transaction():
                connection.execute("set transaction isolation level repeatable read, read only")
                connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
                yield Release(connection)
    except psycopg.errors.InsufficientPrivilege as denied:
        raise DeliveryFailed(f"无权以 {role} 读取 (may not read as {role}): {denied.diag.message_primary}") from denied


def _let_act(connection: psycopg.Connection[Any], role: str) -> None:
    """Who created a role may give itself the right to act as it; Postgres does not give it by itself."""
    found = connection.execute(
        "select pg_has_role(oid, 'set'), pg_has_role(oid, 'member with admin option')"
        " from pg_catalog.pg_roles where rolname = %s",
        (role,),
    ).fetchone()
    if found is None:
        raise DeliveryFailed(f"没有角色 {role}：先运行 grade (no such role yet: run grade first)")
    may_act, may_grant = found
    if not may_act and may_grant:
        # without inherit: the pipeline's own rights do not grow
        grant = sql.SQL("grant {} to current_user with inherit false, set true").format(sql.Identifier(role))
        connection.execute(grant)


def _read(name: str, kind: str) -> sql.Composable:
    column = sql.Identifier(name)
    if kind == "numeric":
        return sql.SQL("trim_scale(round({}, {}))").format(column, sql.Literal(DECIMALS))
    if kind.endswith("[]") or kind == "jsonb":
        return sql.SQL("to_jsonb({})::text").format(column)
    return column if kind in KINDS else sql.SQL("{}::text").format(column)
