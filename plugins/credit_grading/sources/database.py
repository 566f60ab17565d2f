"""A table or view of a department's database as one batch to be, read with a server-side cursor."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, quote_plus

import sqlalchemy
from sqlalchemy.exc import ArgumentError, DataError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from credit_grading.sources.access import OpenConnection, access_of
from credit_grading.sources.characters import without_quoted
from credit_grading.sources.model import Row, SourceError, Stream
from credit_grading.sources.text import as_text

# Rows fetched at a time: a few megabytes at most, whatever the size of the table.
FETCH_ROWS = 2000
CONNECT_SECONDS = 10
SNAPSHOT = "snapshot"


class DatabaseItem:
    """One read of a table: all of it, or the rows whose cursor column is not below ``after``.

    The lower bound is included, because rows with the same moment may have been written after the last read;
    landing knows the hashes of those it has. Rows without a cursor value are always read.
    """

    def __init__(self, source: dict[str, Any], open_connection: OpenConnection, after: str | None = None) -> None:
        self.connection_id: str = source["connection"]
        self.table: str = source["table"]
        self.cursor: str | None = source.get("cursor")
        self.after = after
        self._open_connection = open_connection
        self._highest: Any = None

    @property
    def name(self) -> str:
        """Connection and table."""
        return f"{self.connection_id}:{self.table}"

    def fingerprint(self) -> None:
        """Nothing about a table is cheaper than reading it."""
        return

    def window_key(self) -> str:
        """``snapshot``, or the cursor's range; the upper end is known after the last row."""
        if self.cursor is None:
            return SNAPSHOT
        highest = self.after if self._highest is None else as_text(self._highest)
        return f"{self.cursor}:{self.after or ''}..{highest or ''}"

    def release(self) -> None:
        """Nothing is kept."""

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """Connect and run the query. Raises SourceError (source_unreachable) whose message never holds the password."""
        url, engine = self._engine()
        try:
            with engine.connect() as connection:
                query = self._query(connection)
                options = {"stream_results": True, "yield_per": FETCH_ROWS}
                result = connection.execute(query, execution_options=options)
                yield Stream(list(result.keys()), self._rows(result))
        except (SQLAlchemyError, OSError) as error:
            # `from None`: the chained error's text may repeat the address with its password
            raise SourceError("source_unreachable", f"数据库 {self.name} 无法读取：{_reason(error, url)}") from None
        finally:
            engine.dispose()

    def _engine(self) -> tuple[sqlalchemy.URL, sqlalchemy.Engine]:
        try:
            url = sqlalchemy.make_url(access_of(self._open_connection(self.connection_id)).url)
            return url, sqlalchemy.create_engine(url, poolclass=NullPool, connect_args=_connect_arguments(url))
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
            message = f"连接 {self.connection_id} 的地址不是数据库地址（not a database URL that can be used here）"
            raise SourceError("source_unreachable", message) from None
        except Exception as error:  # whoever keeps the connections has errors of its own
            message = f"连接 {self.connection_id} 不可用（connection unavailable）：{type(error).__name__}"
            raise SourceError("source_unreachable", message) from None

    def _query(self, connection: sqlalchemy.Connection) -> sqlalchemy.Select[Any]:
        schema, _, name = self.table.rpartition(".")
        inspector = sqlalchemy.inspect(connection)
        try:
            described = inspector.get_columns(name, schema=schema or None)
            keys = inspector.get_pk_constraint(name, schema=schema or None)["constrained_columns"]
        except sqlalchemy.exc.NoSuchTableError:
            raise SourceError("source_unreachable", f"数据库 {self.name} 中没有该表（no such table）") from None
        columns = [sqlalchemy.column(entry["name"], entry["type"]) for entry in described]
        query = sqlalchemy.select(*columns).select_from(sqlalchemy.table(name, schema=schema or None))
        if self.cursor is not None:
            query = self._above(query, columns)
        # the primary key gives rows the same number on every read
        return query.order_by(*(column for column in columns if column.name in keys))

    def _above(self, query: sqlalchemy.Select[Any], columns: list[Any]) -> sqlalchemy.Select[Any]:
        named = [column for column in columns if column.name == self.cursor]
        if not named:
            message = f"表 {self.table} 没有增量列 {self.cursor}（no such cursor column）"
            raise SourceError("wrong_header", message, column=self.cursor)
        if self.after is None:
            return query
        try:
            after = _typed(self.after, named[0].type)
        except (ValueError, ArithmeticError):
            raise self._unusable_cursor() from None
        return query.where(sqlalchemy.or_(named[0] >= after, named[0].is_(None)))

    def _unusable_cursor(self) -> SourceError:
        message = f"增量列 {self.cursor} 的值不能排序，不能作增量列（cursor values cannot be compared）"
        return SourceError("wrong_header", message, column=self.cursor)

    def _rows(self, result: sqlalchemy.CursorResult[Any]) -> Iterator[Row]:
        keys = list(result.keys())
        cursor = keys.index(self.cursor) if self.cursor is not None else None
        for number, record in enumerate(result, start=1):
            if cursor is not None and record[cursor] is not None:
                try:
                    self._highest = record[cursor] if self._highest is None else max(self._highest, record[cursor])
                except TypeError:
                    raise self._unusable_cursor() from None
            yield number, [value if value.__class__ is str else as_text(value) for value in record], None


def _typed(text: str, column_type: Any) -> Any:
    try:
        kind = column_type.python_type
    except NotImplementedError:
        return text
    if kind in (datetime, date):
        return kind.fromisoformat(text)
    return kind(text) if kind in (int, Decimal, float) else text


def _connect_arguments(url: sqlalchemy.URL) -> dict[str, Any]:
    if url.get_backend_name() in ("mysql", "mariadb", "postgresql"):
        return {"connect_timeout": CONNECT_SECONDS}
    return {}


def _reason(error: BaseException, url: sqlalchemy.URL) -> str:
    """The driver's own words on one line, without the password in any spelling, and without a record's values."""
    text = " ".join(str(getattr(error, "orig", None) or error).split())
    if isinstance(error, DataError):
        # what such an error quotes is data, anybody's
        text = without_quoted(text)
    password = url.password
    if password:
        for spelling in {str(password), quote(str(password)), quote_plus(str(password))}:
            text = text.replace(spelling, "***")
    return re.sub(r"://([^:@/\s]*):[^@/\s]*@", r"://\1:***@", text)[:500]
