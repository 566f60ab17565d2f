"""XLSX as a stream of rows. The sheet is held in memory: the format itself ends at 1,048,576 rows."""

import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, BinaryIO

from credit_grading.sources.layout import SEARCHED_ROWS, Knows, as_line, total_note
from credit_grading.sources.merged import MergedCells
from credit_grading.sources.model import Row, RowNote, SourceError, Stream
from credit_grading.sources.text import as_text

# Ours (an assumption): a workbook that unpacks to more than this is taken for damaged or hostile.
LARGEST_UNPACKED_BYTES = 4 << 30
# Excel keeps 15 significant digits; a longer number, such as a code typed as a number, has lost its end.
LARGEST_EXACT = 10**15


def read_workbook(
    file: BinaryIO, sheet: str | None = None, header_row: int | None = None, knows: Knows = lambda _: False
) -> Stream:
    """Open one sheet.

    Args:
        file: the workbook's bytes.
        sheet: its name; default: the first.
        header_row: which row that is not blank holds the headings, from 1; default: it is looked for.
        knows: whether the contract names a heading.

    A value merged over several rows holds for each of them. Raises SourceError: ``unreadable_file`` for anything that
    is no workbook, ``wrong_header`` for a header of more than two rows.
    """
    from python_calamine import CalamineError, load_workbook

    _refuse_oversized(file)
    try:
        workbook = load_workbook(file)
        names = workbook.sheet_names
        if sheet is not None and sheet not in names:
            raise SourceError("unreadable_file", f"没有工作表“{sheet}”，只有：{'、'.join(names)}（no such sheet）")
        opened = workbook.get_sheet_by_name(sheet or names[0])
        merged = MergedCells(opened.merged_cell_ranges, opened.start[1] if opened.start else 0)
        records = _not_blank(opened.iter_rows())
    except CalamineError as error:
        raise SourceError("unreadable_file", f"XLSX 文件损坏（damaged workbook）：{error}") from None
    first = list(islice(records, SEARCHED_ROWS + 1))
    texts = [(row, [as_text(value) or "" for value in record]) for row, record in first]
    header = merged.header(texts, knows, header_row)
    while header.names and not header.names[-1].strip():
        header.names.pop()
    rows = merged.filled(chain(first[header.rows :], records))
    above = [line for _, row in texts[: header.position] if (line := as_line(row))]
    return Stream(header.names, _rows((record for _, record in rows), header.names), above)


def _refuse_oversized(file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise SourceError("unreadable_file", "XLSX 文件损坏或不完整（damaged or truncated workbook）") from None
    if size > LARGEST_UNPACKED_BYTES:
        raise SourceError("unreadable_file", f"XLSX 解压后 {size} 字节，超过上限（unpacks to too much）")
    file.seek(0)


def _not_blank(records: Iterable[list[Any]]) -> Iterator[tuple[int, list[Any]]]:
    for row, record in enumerate(records):
        if any(value not in ("", None) for value in record):
            yield row, record


def _rows(records: Iterator[list[Any]], header: list[str]) -> Iterator[Row]:
    width = len(header)
    for number, record in enumerate(records, start=1):
        values = [as_text(value) or None for value in record]
        total = total_note(values)
        if total:
            yield number, [None] * width, total
        else:
            yield number, _fit(values, width), _note(record, values, header)


def _fit(values: list[str | None], width: int) -> list[str | None]:
    return values[:width] + [None] * (width - len(values))


def _note(record: list[Any], values: list[str | None], header: list[str]) -> RowNote | None:
    width = len(header)
    if any(values[width:]):
        message = f"表头 {width} 列之外还有内容（cells beyond the {width} columns of the header）"
        return RowNote(message, {"_note": "ragged_row", "_surplus": values[width:]})
    for position, value in enumerate(record[:width]):
        if isinstance(value, float) and abs(value) >= LARGEST_EXACT:
            message = "数字超过 15 位，Excel 已丢失末位，应按文本填写（number beyond 15 digits: Excel lost its end）"
            return RowNote(message, {"_note": "inexact_number"}, column=header[position], level="warning")
    return None
