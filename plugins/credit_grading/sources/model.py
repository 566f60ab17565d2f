"""What every source hands to landing: a header and a stream of rows as text, or a named reason why not."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from credit_grading.contract.headings import normalise_heading

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
    """An open source. Each row is (number from 1, values as long as the header, note or None).

    ``passed_over`` holds the text of rows above the header, such as titles; ``notices`` is what else is worth saying.
    """

    header: list[str]
    rows: Iterator[Row]
    passed_over: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a reader is told of the contract: which headings it names, and which of them may be kept nowhere.

    Args:
        headings: all that name a column of the contract, as `normalise_heading` writes them.
        personal: those that name a column whose values are not landed.
        has_persons: whether every row tells of a person, so that nothing may be written before landing has hashed it.
    """

    headings: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    has_persons: bool = False

    def knows(self, heading: str) -> bool:
        """Whether a heading, however it is written, names a column."""
        return normalise_heading(heading) in self.headings

    def is_personal(self, heading: str) -> bool:
        """Whether it names a column whose values may be kept nowhere."""
        return normalise_heading(heading) in self.personal


NOTHING_EXPECTED = Expected()


class Item(Protocol):
    """One batch to be: a file, one window of a query, or all pages of a web service."""

    @property
    def name(self) -> str:
        """What people call it: the file's name, or connection and table."""

    def fingerprint(self) -> str | None:
        """Hash of the raw bytes where that is cheaper than reading the rows; None elsewhere."""

    def open(self) -> AbstractContextManager[Stream]:
        """Open for one pass over the rows. Raises SourceError."""

    def window_key(self) -> str:
        """Which window of the feed this is; for a cursor known only after the last row."""

    def release(self) -> None:
        """The outcome is decided and stands in the warehouse: drop what was kept for reading again."""
