"""Values as text: what a database or a workbook holds, rendered the one canonical way."""

import json
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any


def as_text(value: object) -> str | None:
    """Text of a value: ISO dates, plain numbers without exponent, True/False; None stays None.

    A moment at midnight is rendered as a date, because workbooks and many databases have no other way to hold one.
    """
    if value is None:
        return None
    return _RENDERERS.get(type(value), str)(value)


def _float(value: float) -> str:
    # repr is the shortest text that reads back as the same float
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def _moment(value: datetime) -> str:
    is_date = value.time() == time() and value.tzinfo is None
    return value.date().isoformat() if is_date else value.isoformat()


def _bytes(value: bytes | bytearray | memoryview) -> str:
    return "\\x" + bytes(value).hex()


def _document(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


_RENDERERS: dict[type, Callable[[Any], str]] = {
    float: _float,
    Decimal: lambda value: format(value, "f"),
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    bytes: _bytes,
    bytearray: _bytes,
    memoryview: _bytes,
    dict: _document,
    list: _document,
}
