"""One sum over the content of rows, the same in whatever order and whatever system they are read."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from credit_grading.platform.today import CITY_TIMEZONE

CITY = ZoneInfo(CITY_TIMEZONE)
BYTES = 16


def _number(value: Decimal) -> str:
    # systems pad a fixed scale with zeros
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


AS_TEXT: dict[type, Callable[[Any], str]] = {
    str: str,
    int: str,
    bool: lambda value: "true" if value else "false",
    Decimal: _number,
    date: date.isoformat,
    datetime: lambda moment: moment.astimezone(CITY).isoformat(),
}


def as_texts(row: Sequence[Any]) -> tuple[str | None, ...]:
    """Every value as the one text it has in all systems; moments in city time. None stays None."""
    return tuple([None if value is None else AS_TEXT[value.__class__](value) for value in row])


class Checksum:
    """Number of rows, and the sum of their hashes modulo 2^128: a row that is twice there counts twice."""

    def __init__(self) -> None:
        self.rows = 0
        self._total = 0

    def add(self, rows: Iterable[tuple[str | None, ...]]) -> None:
        """Count rows that `as_texts` made."""
        for row in rows:
            self.rows += 1
            # repr: no two rows have one, whatever their texts contain
            digest = blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=BYTES).digest()
            self._total += int.from_bytes(digest)

    @property
    def text(self) -> str:
        """32 hexadecimal digits."""
        return format(self._total % (1 << 8 * BYTES), f"0{2 * BYTES}x")
