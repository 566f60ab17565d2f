"""What a delivery is made of: tables of one publication, and what becomes of them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

Row = tuple[Any, ...]


class DeliveryFailed(RuntimeError):
    """Nothing counts as delivered. The message says why, in Chinese with English beside it, and holds no password."""


class ReceiverUnreachable(DeliveryFailed):
    """The receiving side did not answer: trying again may help."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column as it is delivered. ``kind``: text, integer, number (numeric(38, 18)), boolean, date or moment."""

    name: str
    kind: str
    title_zh: str


@dataclass(frozen=True, slots=True)
class Publication:
    """The publication that is delivered, and what the gate said of it: rows of sharing.verdict."""

    publication_id: int
    as_of: date
    kind: str
    published_at: datetime
    verdict: list[dict[str, Any]]


class Extract(Protocol):
    """One table of one publication, with the rows that the department may have."""

    @property
    def table(self) -> str:
        """Its name in schema sharing."""

    @property
    def columns(self) -> list[Column]:
        """In the order of the rows' values."""

    def batches(self) -> AbstractContextManager[Iterator[list[Row]]]:
        """The rows, some thousands at a time; memory does not grow with their number."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One table as it was read again from where it was written. ``checksum`` does not depend on the order of rows."""

    table: str
    rows: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one publication was delivered.

    ``outcome``: delivered; found, where an earlier attempt had brought it and was killed; or failed, with ``error``.
    """

    publication_id: int
    outcome: str
    started_at: datetime
    tables: list[Delivered] | None = None
    error: str | None = None

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.rows for table in self.tables or ())
