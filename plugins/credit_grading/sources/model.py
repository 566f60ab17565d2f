"""What every source hands to landing: a header and a stream of rows as text, or a named reason why not."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

Values = Sequence[str | None]


class SourceError(Exception):
    """A feed cannot be read. ``outcome`` is its named state; the message is for a clerk and holds no secret."""

    def __init__(self, outcome: str, message: str, *, row: int | None = None, column: str | None = None) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.row = row
        self.column = column


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something is odd about a row; ``kept`` goes to its extra columns, so that nothing received is lost."""

    message: str
    kept: dict[str, object] = field(default_factory=dict)
    column: str | None = None
    level: str = "error"


Row = tuple[int, Values, RowNote | None]


@dataclass(frozen=True, slots=True)
class Stream:
    """An open source. Each row is (number from 1, values as long as the header, note or None)."""

    header: list[str]
    rows: Iterator[Row]


class Item(Protocol):
    """One batch to be: a file, or one window of a query."""

    @property
    def name(self) -> str:
        """What people call it: the file's name, or connection and table."""

    def fingerprint(self) -> str | None:
        """Hash of the raw bytes where that is cheaper than reading the rows; None elsewhere."""

    def open(self) -> AbstractContextManager[Stream]:
        """Open for one pass over the rows. Raises SourceError."""

    def window_key(self) -> str:
        """Which window of the feed this is; for a cursor known only after the last row."""
