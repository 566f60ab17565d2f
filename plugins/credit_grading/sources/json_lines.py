"""JSON Lines as a stream: one object per line, the columns are all keys that occur."""

import json
from collections.abc import Iterator
from typing import TextIO

from credit_grading.sources.delimited import UNPARSED
from credit_grading.sources.limits import MOST_COLUMNS
from credit_grading.sources.lines import LongLine, each_line
from credit_grading.sources.model import Row, RowNote, SourceError, Stream


def read_json_lines(file: TextIO) -> Stream:
    """Open a JSON Lines text that can be read twice: first for the keys of all objects, then for the rows.

    Numbers keep the digits they were written with. A line that is no JSON object, repeats a key or is nested too
    deep is kept whole under ``_unparsed``. Raises SourceError: ``unreadable_file`` where no line is a JSON object,
    ``wrong_header`` where the objects have more than MOST_COLUMNS keys together.
    """
    keys: dict[str, None] = {}
    lines = 0
    for line in each_line(file):
        if isinstance(line, LongLine) or not line.isspace():
            lines += 1
            record = _parse(line)
            if record and not record.keys() <= keys.keys():
                keys.update(dict.fromkeys(record))
            if len(keys) > MOST_COLUMNS:
                message = f"第 {lines} 行为止已有 {len(keys)} 个不同的键，超过上限 {MOST_COLUMNS}（too many keys）"
                raise SourceError("wrong_header", message, row=lines)
    if lines and not keys:
        raise SourceError("unreadable_file", "没有一行是 JSON 对象（no line is a JSON object）")
    file.seek(0)
    return Stream(list(keys), _rows(each_line(file), list(keys)))


def _rows(lines: Iterator[str | LongLine], header: list[str]) -> Iterator[Row]:
    number = 0
    for line in lines:
        if isinstance(line, LongLine):
            number += 1
            yield number, [None] * len(header), line.note()
            continue
        if line.isspace():
            continue
        number += 1
        values = _values(line, header)
        if values is None:
            message = "不是 JSON 对象，整行原样保留（not a JSON object: kept unparsed）"
            yield number, [None] * len(header), RowNote(message, {UNPARSED: line.rstrip("\r\n")})
        else:
            yield number, values, None


def _values(line: str, header: list[str]) -> list[str | None] | None:
    record = _parse(line)
    if record is None:
        return None
    try:
        return [value if (value := record.get(key)).__class__ is str else _text(value) for key in header]  # type: ignore[misc]
    except RecursionError:
        return None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key occurs twice")
    return record


# digits stay as written: 0.10 is not 0.1, and 18-digit codes are not floats
_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_float=str, parse_int=str, parse_constant=str)


# what may follow a value: RFC 8259, section 2
BLANKS = " \t\n\r"


def _parse(line: str | LongLine) -> dict[str, object] | None:
    if isinstance(line, LongLine):
        return None
    try:
        # an object at the very beginning, as nearly every line has, needs no search for where it begins
        if line.startswith("{"):
            record, end = _DECODER.raw_decode(line)
            return record if not line[end:].strip(BLANKS) else None
        record = _DECODER.decode(line.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
