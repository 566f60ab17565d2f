"""XLSX as a stream of rows. The sheet is held in memory: the format itself ends at 1,048,576 rows.

A formula is never computed: its cell holds what the program that saved the file computed, and is empty where none did.
Macros, links to other files and entities of the XML are not followed. Landing reads workbooks through
``workbook_apart``, in a process whose memory is bounded.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, BinaryIO

from credit_grading.sources.archive import refuse_hostile_archive
from credit_grading.sources.layout import SEARCHED_ROWS, Knows, as_line, total_note
from credit_grading.sources.limits import MOST_COLUMNS, MOST_SHEET_ROWS
from credit_grading.sources.merged import MergedCells
from credit_grading.sources.model import Row, RowNote, SourceError, Stream
from credit_grading.sources.text import as_text

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

    refuse_hostile_archive(file)
    try:
        workbook = load_workbook(file)
        names = workbook.sheet_names
        if sheet is not None and sheet not in names:
            raise SourceError("unreadable_file", f"没有工作表“{sheet}”，只有：{'、'.join(names)}（no such sheet）")
        if not names:
            raise SourceError("unreadable_file", "XLSX 文件没有工作表（the workbook has no sheet）")
        opened = workbook.get_sheet_by_name(sheet or names[0])
        _refuse_endless(opened)
        merged = MergedCells(opened.merged_cell_ranges, opened.start[1] if opened.start else 0)
        records = _not_blank(opened.iter_rows())
    except CalamineError as error:
        raise SourceError("unreadable_file", f"XLSX 文件损坏（damaged workbook）：{error}") from None
    first = list(islice(records, SEARCHED_ROWS + 1))
    texts = [(row, [as_text(value) or "" for value in record]) for row, record in first]
    header = merged.header(texts, knows, header_row)
    while header.names and not header.names[-1].strip():
        header.names.pop()
    if len(header.names) > MOST_COLUMNS:
        message = f"表头有 {len(header.names)} 列，超过上限 {MOST_COLUMNS}（too many columns）"
        raise SourceError("wrong_header", message)
    rows = merged.filled(chain(first[header.rows :], records))
    above = [line for _, row in texts[: header.position] if (line := as_line(row))]
    return Stream(header.names, _rows((record for _, record in rows), header.names), above)


def _refuse_endless(sheet: Any) -> None:
    # A cell may claim any address. Only rows count: a wide sheet is mostly blank columns, and its header says more.
    if sheet.total_height > MOST_SHEET_ROWS:
        message = (
            f"工作表声称有 {sheet.total_height} 行，XLSX 最多 {MOST_SHEET_ROWS} 行（more rows than XLSX can have）"
        )
        raise SourceError("unreadable_file", message)


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
