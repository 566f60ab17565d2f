"""A list of rows with what is wrong marked in place, as a file that the very same feed receives again."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from credit_grading.landing.corrections import protected
from credit_grading.sources.files import delimiter_of
from credit_grading.sources.layout import DELIMITERS

DEFAULT_SHEET = "数据"
# Of the file format: rows of a sheet, characters of a cell (ECMA-376; Excel specifications and limits).
MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
# Ours (an assumption): a comment costs memory until the file is closed; the reason stands in every row anyway.
COMMENTED_CELLS = 2_000
FILLING = "（以上为固定行，请勿删除 keep this row）"
ESCAPE_ALIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")
MARKED_COLOUR, OURS_COLOUR, HEADER_COLOUR = "FFF4B6B6", "FFEFEFEF", "FFDDE8F5"


class DoesNotFit(ValueError):
    """The rows cannot be held by this kind of file without losing something."""


@dataclass(frozen=True, slots=True)
class MarkedRow:
    """Values as received; ``ours`` are the cells before them; ``marks`` say what is wrong, by position of the value."""

    ours: Sequence[str | None]
    values: Sequence[str | None]
    marks: Mapping[int, str] = field(default_factory=dict)


def saved_as(source: Mapping[str, Any]) -> str:
    """What a clerk must save a sheet as, so that a feed of kind csv reads it."""
    encoding, delimiter = source.get("encoding", "utf-8"), delimiter_of(source)
    if encoding.startswith("utf-8") and delimiter == ",":
        return "“CSV UTF-8（逗号分隔）”"
    return f"文本文件（编码 {encoding}，列分隔符为{DELIMITERS.get(delimiter, delimiter)}）"


def told_and_marked(
    reasons: Iterable[Mapping[str, Any]], places: Mapping[str, int], headings: Mapping[str, str]
) -> tuple[list[str], dict[int, str]]:
    """Reasons of one row (quarantine.told_reasons) as sentences, and as marks at the places of their columns."""
    told: list[str] = []
    marks: dict[int, str] = {}
    for reason in reasons:
        message = f"{reason['title']}：{reason['advice']}" if reason["advice"] else reason["title"]
        column = reason["column"]
        told.append(f"{headings[column]}：{message}" if column in headings else message)
        if column in places:
            place = places[column]
            marks[place] = f"{marks[place]}\n{message}" if place in marks else message
    return told, marks


def write_csv(
    path: Path,
    header: Sequence[str],
    rows: Iterable[MarkedRow],
    *,
    encoding: str = "utf-8-sig",
    header_row: int = 1,
    delimiter: str = ",",
) -> int:
    """Write a CSV in the feed's encoding; returns the number of rows. No cell can be taken for a formula.

    Raises DoesNotFit where the encoding has no character for a value.
    """
    written = 0
    with _draft(path) as draft, draft.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([[FILLING]] * (header_row - 1))
        writer.writerow([protected(heading) for heading in header])
        for row in rows:
            try:
                writer.writerow([value and protected(value) for value in (*row.ours, *row.values)])
            except UnicodeEncodeError as error:
                message = f"{row.ours[0]}：编码 {encoding} 没有字符“{error.object[error.start : error.end]}”"
                raise DoesNotFit(f"{message}（the encoding has no such character; use xlsx）") from None
            written += 1
    return written


def write_workbook(
    path: Path,
    header: Sequence[str],
    rows: Iterable[MarkedRow],
    *,
    ours: int,
    sheet: str | None = None,
    header_row: int = 1,
    notes: Sequence[Sequence[str]] = (),
) -> int:
    """Write an XLSX in constant memory; returns the number of rows.

    Every value is a text cell: nothing is a formula, and no digit of a code is lost when a person edits it.
    ``ours``: how many columns of the header are ours. ``notes``: lines of a second sheet.
    Raises DoesNotFit where a sheet cannot hold a row or a cell.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet or DEFAULT_SHEET)
    page.freeze_panes = f"A{header_row + 1}"
    cells = _Cells(page, ours)
    written = 0
    for _ in range(header_row - 1):
        page.append([FILLING])
    page.append([cells.heading(text, position < ours) for position, text in enumerate(header)])
    for row in rows:
        written += 1
        if written + header_row > MOST_ROWS:
            raise DoesNotFit(f"超过一张工作表的 {MOST_ROWS} 行，请用 CSV（more rows than a sheet holds: use csv）")
        page.append(cells.row(row, header))
    explanation = book.create_sheet("说明")
    for line in notes:
        explanation.append([cells.text(text) for text in line])
    with _draft(path) as draft:
        book.save(draft)
    return written


class _Cells:
    """Makes cells of one sheet, all of them text."""

    def __init__(self, page: Any, ours: int) -> None:
        from openpyxl.styles import Alignment, Font

        self._page, self._ours, self._commented = page, ours, 0
        top = Alignment(vertical="top", wrap_text=True)
        # styles are made once: making them cell by cell took most of the time
        self._plain = self._style()
        self._of_ours = self._style(colour=OURS_COLOUR, alignment=top)
        self._marked = self._style(colour=MARKED_COLOUR)
        self._heading = self._style(colour=HEADER_COLOUR, font=Font(bold=True))

    def _style(self, colour: str | None = None, **parts: Any) -> Any:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import PatternFill

        cell = WriteOnlyCell(self._page)
        cell.number_format = "@"
        if colour:
            cell.fill = PatternFill("solid", start_color=colour)
        for name, part in parts.items():
            setattr(cell, name, part)
        return cell._style

    def text(self, value: str | None, style: Any = None) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self._page)
        cell._style = style or self._plain
        if value:
            # set past openpyxl's guess of a type: =1+1 is a text here
            cell._value, cell.data_type = _escaped(value), "s"
        return cell

    def heading(self, text: str, is_ours: bool) -> Any:
        return self.text(text, self._of_ours if is_ours else self._heading)

    def row(self, row: MarkedRow, header: Sequence[str]) -> list[Any]:
        for position, value in enumerate((*row.ours, *row.values)):
            if value and len(value) > MOST_CHARACTERS:
                place = f"{row.ours[0]} 列 {header[position]}"
                raise DoesNotFit(f"{place}：超过 {MOST_CHARACTERS} 个字符，请用 CSV（longer than a cell: use csv）")
        cells = [self.text(value, self._of_ours) for value in row.ours]
        for position, value in enumerate(row.values):
            cells.append(self.text(value, self._marked if position in row.marks else None))
            if position in row.marks:
                self._comment(cells[-1], row.marks[position])
        return cells

    def _comment(self, cell: Any, message: str) -> None:
        from openpyxl.comments import Comment

        if self._commented < COMMENTED_CELLS:
            self._commented += 1
            cell.comment = Comment(message, "credit-grading", width=320, height=120)


def _escaped(value: str) -> str:
    """What XML cannot hold, and what would read as such an escape, as _xHHHH_ (ECMA-376, ST_Xstring)."""
    value = ESCAPE_ALIKE.sub("_x005F_", value)
    return CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", value)


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """A file beside the wanted one, moved into its place only when whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
