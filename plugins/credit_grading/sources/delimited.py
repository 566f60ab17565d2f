"""CSV as a stream: RFC 4180 quotes, commas, and no row lost over a stray quote or a missing cell."""

import csv
from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from typing import TextIO

from credit_grading.sources.layout import SEARCHED_ROWS, TOTAL_FIRST_CHARACTERS, Knows, as_line, find_header, total_note
from credit_grading.sources.model import Row, RowNote, Stream

UNPARSED = "_unparsed"
SURPLUS = "_surplus"
NOTE = "_note"


class _Lines:
    """The file's lines, remembering those of the record being read, so that a bad record can be re-read."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._returned: deque[str] = deque()
        self.pending: list[str] = []

    def __iter__(self) -> Iterator[str]:
        while True:
            if self._returned:
                line = self._returned.popleft()
            else:
                line = self._file.readline()
                if not line:
                    return
            self.pending.append(line)
            yield line

    def give_back_all_but_first(self) -> str:
        first = self.pending[0]
        self._returned.extendleft(reversed(self.pending[1:]))
        self.pending.clear()
        return first


def read_delimited(
    file: TextIO, header_row: int | None = 1, delimiter: str = ",", knows: Knows = lambda _: False
) -> Stream:
    """Open a CSV text.

    Args:
        file: text opened with ``newline=""``.
        header_row: which non-blank row holds the column names, from 1; None: it is looked for.
        delimiter: one character.
        knows: whether the contract names a heading.

    A row that cannot be parsed is kept whole under ``_unparsed``; cells beyond the header under ``_surplus``;
    missing cells are None. Blank lines are no rows. An empty text has an empty header.
    """
    records = _records(file, delimiter)
    first = list(islice(records, SEARCHED_ROWS))
    cells = [record if isinstance(record, list) else [record] for record in first]
    position = find_header(cells, knows) if header_row is None else header_row - 1
    header = cells[position] if position < len(cells) else []
    above = [line for record in cells[:position] if (line := as_line(record))]
    return Stream(header, _rows(chain(first[position + 1 :], records), len(header)), above)


def _records(file: TextIO, delimiter: str) -> Iterator[list[str] | str]:
    """Records as lists of cells, or as the raw line where it is no CSV."""
    lines = _Lines(file)
    pending = lines.pending
    reader = csv.reader(iter(lines), strict=True, delimiter=delimiter)
    while True:
        try:
            for record in reader:
                pending.clear()
                if record:
                    yield record
            return
        except csv.Error:
            # A stray quote swallows the lines after it: only the first is bad, the others are read again.
            yield lines.give_back_all_but_first().rstrip("\r\n")
            reader = csv.reader(iter(lines), strict=True, delimiter=delimiter)


def _rows(records: Iterator[list[str] | str], width: int) -> Iterator[Row]:
    for number, record in enumerate(records, start=1):
        if isinstance(record, list) and len(record) == width:
            total = total_note(record) if record[0][:1] in TOTAL_FIRST_CHARACTERS else None
            yield number, [None] * width if total else record, total
        else:
            yield _odd_row(number, record, width)


def _odd_row(number: int, record: list[str] | str, width: int) -> Row:
    if isinstance(record, str):
        note = RowNote("引号不成对，整行原样保留（unbalanced quote: the row is kept unparsed）", {UNPARSED: record})
        return number, [None] * width, note
    message = f"应有 {width} 列，实有 {len(record)} 列（ragged row: {len(record)} cells, {width} expected）"
    kept: dict[str, object] = {NOTE: "ragged_row"}
    if len(record) > width:
        kept[SURPLUS] = record[width:]
    return number, [*record[:width], *([None] * (width - len(record)))], RowNote(message, kept)
