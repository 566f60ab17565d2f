"""A publication in a department's own database: one transaction there, in which also stands that it was delivered."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy
from sqlalchemy.exc import ArgumentError, InterfaceError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from credit_grading.delivery.checksum import Checksum, as_texts
from credit_grading.delivery.model import Delivered, DeliveryFailed, Extract, Publication, ReceiverUnreachable
from credit_grading.delivery.receiving_tables import (
    BATCH_ROWS,
    ledger_table,
    prepare_tables,
    received,
    receiving_table,
    sent,
)  # fmt: skip
from credit_grading.sources.access import Access

CONNECT_SECONDS = 10
# A MariaDB that answers nothing for so long is gone: no statement of ours needs that. Postgres has no such limit.
SILENCE_SECONDS = 1_800
# Whoever works in the receiving tables may make a delivery wait so long; it is tried again later.
LOCK_SECONDS = 120


def write_database(
    access: Access, name: str, publication: Publication, extracts: Sequence[Extract], *, mode: str, again: bool
) -> tuple[str, list[Delivered]]:
    """Bring a publication into the database behind `access`, exactly once.

    Tables are created where they are missing, before the transaction: MariaDB commits with every change of a table.
    Then, in one transaction: the old rows go (full: all; changes: this publication's), the new ones come and are read
    again there, and table ``credit_grading_delivery`` says so. Whoever reads meanwhile sees the publication before.

    Returns 'found' where that table says that the publication is there already, else 'delivered'; and the tables.

    Raises ReceiverUnreachable, or DeliveryFailed where the tables belong to somebody else or the database does not
    give back what was written; nothing has changed then.
    """
    with _connected(access) as engine:
        tables = {extract.table: receiving_table(extract) for extract in extracts}
        with engine.connect() as connection:
            prepare_tables(connection, name, tables)
        with engine.begin() as connection:
            said = _said(connection, name, publication.publication_id)
            if not again and tables.keys() <= said.keys():
                return "found", [said[table] for table in tables]
            written = [
                _replace(connection, tables[extract.table], extract, publication.publication_id, mode)
                for extract in extracts
            ]
            _say(connection, name, publication, written)
    return "delivered", written


def _replace(
    connection: sqlalchemy.Connection, table: sqlalchemy.Table, extract: Extract, publication_id: int, mode: str
) -> Delivered:
    old = table.c.publication_id == publication_id if mode == "changes" else sqlalchemy.true()
    connection.execute(table.delete().where(old))
    source, names = Checksum(), [column.name for column in extract.columns]
    with extract.batches() as batches:
        for batch in batches:
            source.add(as_texts(row) for row in batch)
            rows = [dict(zip(names, map(sent, row), strict=True)) for row in batch]
            connection.execute(table.insert(), rows)
    there = _read_again(connection, table, extract, old)
    if (there.rows, there.text) != (source.rows, source.text):
        raise DeliveryFailed(
            f"表 {table.name} 写入后与来源不符，已撤回 (read again, the table is not what was written; undone): "
            f"{there.rows} 行 rows {there.text}, 应为 expected {source.rows} {source.text}"
        )
    return Delivered(extract.table, there.rows, there.text)


def _read_again(
    connection: sqlalchemy.Connection, table: sqlalchemy.Table, extract: Extract, condition: Any
) -> Checksum:
    content = Checksum()
    query = sqlalchemy.select(*(table.c[column.name] for column in extract.columns)).where(condition)
    with connection.execute(query, execution_options={"stream_results": True, "yield_per": BATCH_ROWS}) as result:
        for rows in result.partitions():
            content.add(as_texts([received(value) for value in row]) for row in rows)
    return content


def _said(connection: sqlalchemy.Connection, name: str, publication_id: int) -> dict[str, Delivered]:
    ledger = ledger_table()
    rows: Any = connection.execute(
        sqlalchemy.select(ledger.c.table_name, ledger.c.row_count, ledger.c.checksum).where(
            ledger.c.delivery == name, ledger.c.publication_id == publication_id
        )
    )
    return {str(table): Delivered(str(table), int(count), str(checksum)) for table, count, checksum in rows}


def _say(connection: sqlalchemy.Connection, name: str, publication: Publication, written: Sequence[Delivered]) -> None:
    ledger = ledger_table()
    # other tables keep theirs: a table that the delivery had once is still its own
    same = (ledger.c.delivery == name, ledger.c.publication_id == publication.publication_id)
    connection.execute(ledger.delete().where(*same, ledger.c.table_name.in_([table.table for table in written])))
    connection.execute(
        ledger.insert(),
        [
            {
                "delivery": name, "table_name": table.table, "publication_id": publication.publication_id,
                "as_of": publication.as_of, "row_count": table.rows, "checksum": table.checksum,
                "delivered_at": sent(datetime.now(UTC)),
            }
            for table in written
        ],
    )  # fmt: skip


@contextmanager
def _connected(access: Access) -> Iterator[sqlalchemy.Engine]:
    """An engine whose errors become ours, without the password and without the rows."""
    try:
        url = sqlalchemy.make_url(access.url)
        arguments, session = _patience(url.get_backend_name())
        engine = sqlalchemy.create_engine(url, poolclass=NullPool, connect_args=arguments)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
        raise DeliveryFailed("连接的地址不是可用的数据库地址 (not a database URL that can be used here)") from None
    if session:
        sqlalchemy.event.listen(engine, "connect", lambda opened, _: _execute(opened, session))
    try:
        yield engine
    except (OperationalError, InterfaceError, OSError) as error:
        message = f"接收数据库无法访问或中断 (receiving database unreachable): {access.reason(_driver(error))}"
        raise ReceiverUnreachable(message) from None
    except SQLAlchemyError as error:
        raise DeliveryFailed(f"接收数据库拒绝 (receiving database refuses): {access.reason(_driver(error))}") from None
    finally:
        engine.dispose()


def _patience(backend: str) -> tuple[dict[str, Any], str]:
    """How long to wait for a receiver: the driver's arguments, and what its session is told first."""
    if backend in ("mysql", "mariadb"):
        arguments = {"read_timeout": SILENCE_SECONDS, "write_timeout": SILENCE_SECONDS}
        session = f"set session lock_wait_timeout = {LOCK_SECONDS}, innodb_lock_wait_timeout = {LOCK_SECONDS}"
    elif backend == "postgresql":
        # a server whose machine or network is gone is noticed within minutes, not after the system's two hours
        arguments = {"keepalives_idle": 60, "keepalives_interval": 30, "keepalives_count": 5}
        session = f"set lock_timeout = '{LOCK_SECONDS}s'"
    else:
        return {}, ""
    return {"connect_timeout": CONNECT_SECONDS, **arguments}, session


def _execute(connection: Any, statement: str) -> None:
    cursor = connection.cursor()
    cursor.execute(statement)
    cursor.close()
    # else the first roll-back would undo it
    connection.commit()


def _driver(error: BaseException) -> BaseException:
    # SQLAlchemy's own text repeats the statement with its rows
    return getattr(error, "orig", None) or error
