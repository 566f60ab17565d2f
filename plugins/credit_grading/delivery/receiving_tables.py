"""The tables in a department's database: named as in schema sharing, and never anybody else's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Numeric, String, Table, Text
from sqlalchemy.dialects import mysql

from credit_grading.delivery.checksum import CITY
from credit_grading.delivery.model import DeliveryFailed, Extract

BATCH_ROWS = 5_000
LEDGER = "credit_grading_delivery"
# moments are written as city time: MariaDB has no type with a zone
_MOMENT = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
# stated column by column: one that is added to an older table would take that table's characters
_TEXT = {"charset": "utf8mb4", "collation": "utf8mb4_bin"}
TYPES: dict[str, Any] = {
    "key": String(255).with_variant(mysql.VARCHAR(255, **_TEXT), "mysql", "mariadb"),
    "text": Text().with_variant(mysql.LONGTEXT(**_TEXT), "mysql", "mariadb"), "integer": BigInteger(),
    "number": Numeric(38, 18), "boolean": Boolean(), "date": Date(), "moment": _MOMENT,
}  # fmt: skip
# Short texts that a receiver looks up and joins by: MariaDB cannot index a long text.
KEYS = frozenset({"rulebook_id", "subject_key", "facet"})
# Transactions, every character, and texts that differ where their bytes do.
_OPTIONS = {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}
OPTIONS: dict[str, Any] = {
    f"{dialect}_{name}": value for dialect in ("mysql", "mariadb") for name, value in _OPTIONS.items()
}


def ledger_table() -> Table:
    """What was delivered: written in the same transaction as the rows."""
    return Table(
        LEDGER,
        sqlalchemy.MetaData(),
        Column("delivery", String(130), primary_key=True),
        Column("table_name", String(63), primary_key=True),
        Column("publication_id", BigInteger, primary_key=True, autoincrement=False),
        Column("as_of", Date, nullable=False),
        Column("row_count", BigInteger, nullable=False),
        Column("checksum", String(32), nullable=False),
        Column("delivered_at", _MOMENT, nullable=False),
        **OPTIONS,
    )


def receiving_table(extract: Extract) -> Table:
    """A table for an extract, with an index on the subject where it has one."""
    columns = [
        Column(column.name, TYPES["key" if column.name in KEYS else column.kind], comment=column.title_zh)
        for column in extract.columns
    ]
    table = Table(extract.table, sqlalchemy.MetaData(), *columns, **OPTIONS)
    if "subject_key" in table.c:
        sqlalchemy.Index(f"{extract.table}_by_subject", table.c.subject_key)
    return table


def prepare_tables(connection: sqlalchemy.Connection, delivery: str, tables: Mapping[str, Table]) -> None:
    """Create the ledger and the tables that are missing, add columns that are new, and commit.

    Raises DeliveryFailed where a table belongs to another delivery, or holds rows that nobody delivered.
    """
    ledger_table().create(connection, checkfirst=True)
    for name, table in tables.items():
        if sqlalchemy.inspect(connection).has_table(name):
            _demand_ours(connection, delivery, table)
            _add_columns(connection, table)
        else:
            table.create(connection)
    connection.commit()


def _demand_ours(connection: sqlalchemy.Connection, delivery: str, table: Table) -> None:
    ledger = ledger_table()
    known = select_distinct(connection, ledger.c.delivery, ledger.c.table_name == table.name)
    if known and known != [delivery]:
        raise DeliveryFailed(
            f"接收数据库的表 {table.name} 已由推送 {'、'.join(known)} 写入 (this table belongs to another delivery)"
        )
    # its columns may be anything: only whether it holds a row is asked
    holds = sqlalchemy.select(sqlalchemy.literal(1)).select_from(sqlalchemy.table(table.name)).limit(1)
    if not known and connection.execute(holds).first():
        raise DeliveryFailed(
            f"接收数据库已有表 {table.name} 且有数据，不予覆盖 "
            "(a table of that name holds rows that nobody delivered; rename it, or name another database)"
        )


def select_distinct(connection: sqlalchemy.Connection, column: Column[Any], condition: Any) -> list[Any]:
    """The different values of a column, sorted."""
    return list(connection.scalars(sqlalchemy.select(column).distinct().where(condition).order_by(column)))


def _add_columns(connection: sqlalchemy.Connection, table: Table) -> None:
    there = {column["name"] for column in sqlalchemy.inspect(connection).get_columns(table.name)}
    quoted = connection.dialect.identifier_preparer
    for column in table.columns:
        if column.name not in there:
            kind = column.type.compile(connection.dialect)
            statement = f"alter table {quoted.format_table(table)} add column {quoted.format_column(column)} {kind}"
            connection.execute(sqlalchemy.text(statement))


def sent(value: Any) -> Any:
    """A value as a database takes it."""
    return value.astimezone(CITY).replace(tzinfo=None) if isinstance(value, datetime) else value


def received(value: Any) -> Any:
    """The same value when it comes back."""
    return value.replace(tzinfo=CITY) if isinstance(value, datetime) else value
