"""CSV as a stream: RFC 4180 quotes, commas, and no row lost over a stray quote or a missing cell.

Whole blocks go through the csv module at once; only where a block does not parse as it stands is it read again line by
line. That makes a well-formed file several times faster, and a malformed one comes out the same.
"""

import csv
import io
from collections.abc import Iterator
from itertools import chain, islice
from typing import TextIO

from credit_grading.sources.layout import SEARCHED_ROWS, TOTAL_FIRST_CHARACTERS, Knows, as_line, find_header, total_note
from credit_grading.sources.limits import LONGEST_ROW, REREAD_CHARACTERS, REREAD_TIMES
from credit_grading.sources.lines import Lines, LongLine, measured, split_lines
from credit_grading.sources.model import Row, RowNote, SourceError, Stream

UNPARSED = "_unparsed"
SURPLUS = "_surplus"
NOTE = "_note"
QUOTE = '"'

# cells; a line that is no CSV; or what is known of a line that is too long
Record = list[str] | str | LongLine


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
    Raises SourceError: ``wrong_header`` where the header itself is too long to be one, ``unreadable_file`` while
    reading where so many quotes are unpaired that no row can be told from the next.
    """
    # the csv module's own limit is for the whole process
    csv.field_size_limit(LONGEST_ROW)
    records = chain.from_iterable(_blocks(Lines(file), delimiter))
    first = list(islice(records, SEARCHED_ROWS))
    cells = [_cells(record) for record in first]
    position = find_header(cells, knows) if header_row is None else header_row - 1
    header = _header(first[position]) if position < len(first) else []
    above = [line for record in cells[:position] if (line := as_line(record))]
    return Stream(header, _rows(chain(first[position + 1 :], records), len(header)), above)


def _cells(record: Record) -> list[str]:
    if isinstance(record, LongLine):
        return [record.beginning]
    return [record] if isinstance(record, str) else record


def _header(record: Record) -> list[str]:
    if isinstance(record, LongLine):
        raise SourceError("wrong_header", f"表头{record.note().message.removeprefix('该行')}")
    return _cells(record)


def _blocks(lines: Lines, delimiter: str) -> Iterator[list[Record]]:
    """Records, many at a time, without blank lines."""
    while (block := lines.block()) is not None:
        if isinstance(block, LongLine):
            yield [block]
            continue
        try:
            yield _parsed(block, delimiter)
        except csv.Error:
            lines.give_back(split_lines(block))
            yield from _carefully(lines, delimiter)


def _parsed(block: str, delimiter: str) -> list[Record]:
    """What the csv module makes of a block; without quotes that is cells between delimiters, faster found here."""
    if QUOTE not in block and len(block) <= LONGEST_ROW:
        plain = block.replace("\r\n", "\n")
        if "\r" not in plain:
            return [line.split(delimiter) for line in plain.split("\n") if line]
    return [cells for cells in csv.reader(io.StringIO(block, newline=""), strict=True, delimiter=delimiter) if cells]


class _Record:
    """The lines of the record that is being read, so that a bad one can be read again."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.pending: list[str | LongLine] = []
        self.length = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.pending.append(line)
            if isinstance(line, LongLine):
                raise csv.Error("line too long")
            self.length += len(line)
            if self.length > LONGEST_ROW:
                raise csv.Error("record too long")
            yield line

    def begin(self) -> None:
        self.pending.clear()
        self.length = 0


def _carefully(lines: Lines, delimiter: str) -> Iterator[list[Record]]:
    """Record by record, until the lines that were given back are used up."""
    read_again = 0
    record = _Record(lines)
    reader = csv.reader(iter(record), strict=True, delimiter=delimiter)
    while True:
        try:
            for cells in reader:
                record.begin()
                if cells:
                    yield [cells]
                if not lines.has_returned():
                    return
            return
        except csv.Error:
            # A stray quote swallows the lines after it: only the first is bad, the others are read again.
            bad, *others = record.pending
            read_again += record.length
            if read_again > REREAD_CHARACTERS + REREAD_TIMES * lines.read:
                message = "引号错乱，无法分辨各行（so many quotes are unpaired that rows cannot be told apart）"
                raise SourceError("unreadable_file", message) from None
            lines.give_back(others)
            record.begin()
            yield [_kept(bad)]
            if not lines.has_returned():
                return
            reader = csv.reader(iter(record), strict=True, delimiter=delimiter)


def _kept(bad: str | LongLine) -> Record:
    if isinstance(bad, LongLine):
        return bad
    return bad.rstrip("\r\n") if len(bad) <= LONGEST_ROW else measured([bad])


def _rows(records: Iterator[Record], width: int) -> Iterator[Row]:
    for number, record in enumerate(records, start=1):
        if isinstance(record, list) and len(record) == width:
            if record[0][:1] in TOTAL_FIRST_CHARACTERS and (total := total_note(record)):
                yield number, [None] * width, total
            else:
                yield number, record, None
        else:
            yield _odd_row(number, record, width)


def _odd_row(number: int, record: Record, width: int) -> Row:
    if isinstance(record, LongLine):
        return number, [None] * width, record.note()
    if isinstance(record, str):
        note = RowNote("引号不成对，整行原样保留（unbalanced quote: the row is kept unparsed）", {UNPARSED: record})
        return number, [None] * width, note
    message = f"应有 {width} 列，实有 {len(record)} 列（ragged row: {len(record)} cells, {width} expected）"
    kept: dict[str, object] = {NOTE: "ragged_row"}
    if len(record) > width:
        kept[SURPLUS] = record[width:]
    return number, [*record[:width], *([None] * (width - len(record)))], RowNote(message, kept)
