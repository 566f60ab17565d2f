"""Merged cells (合并单元格) of a sheet: values that hold for several rows, and headers of two rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from credit_grading.sources.layout import SEARCHED_ROWS, Knows, find_header, known_headings
from credit_grading.sources.model import SourceError

Range = tuple[tuple[int, int], tuple[int, int]]
DEEPEST_HEADER = 2


@dataclass(frozen=True, slots=True)
class Header:
    """``names`` of the columns; ``rows`` is how many of the rows handed in belong to the header or lie above it."""

    names: list[str]
    position: int
    depth: int

    @property
    def rows(self) -> int:
        """Rows up to and with the header."""
        return self.position + self.depth


class MergedCells:
    """The merged ranges of one sheet, by absolute row and column.

    Args:
        ranges: ((first row, first column), (last row, last column)), from 0.
        first_column: column at which the sheet's rows begin.
    """

    def __init__(self, ranges: Sequence[Range] | None, first_column: int = 0) -> None:
        shifted = [((top, left - first_column), (bottom, right - first_column))
                   for (top, left), (bottom, right) in ranges or ()]  # fmt: skip
        self._ranges = sorted(shifted)

    def filled(self, records: Iterator[tuple[int, list[Any]]]) -> Iterator[tuple[int, list[Any]]]:
        """The rows, with the value of a cell that is merged over several rows in each of them.

        Downwards only: what is merged to the right, such as the word 合计, is no value of the columns it covers.
        Holds only the ranges that the present row lies in.
        """
        waiting = [found for found in self._ranges if found[1][0] > found[0][0]]
        waiting.reverse()
        active: dict[int, tuple[int, Any]] = {}
        for row, record in records:
            while waiting and waiting[-1][0][0] <= row:
                (top, column), (bottom, _) = waiting.pop()
                # a range whose first row is blank, and so not among the rows, has no value to give
                if top == row and column < len(record):
                    active[column] = (bottom, record[column])
            for column, (bottom, value) in list(active.items()):
                if row > bottom:
                    del active[column]
                elif record[column] in ("", None):
                    record[column] = value
            yield row, record

    def header(self, rows: list[tuple[int, list[str]]], knows: Knows, header_row: int | None = None) -> Header:
        """The header among the first rows that are not blank, of one row or of two that are merged.

        Args:
            rows: (absolute row, texts) of the first rows.
            knows: whether the contract names a heading.
            header_row: which of them it is, from 1, where the department file says so.

        Raises SourceError (wrong_header) for a header of more than two rows.
        """
        if not rows:
            return Header([], 0, 0)
        if header_row is not None:
            candidates = [header_row - 1] if header_row <= len(rows) else []
        else:
            candidates = list(range(min(len(rows), SEARCHED_ROWS)))
        best = Header([], len(rows), 0)
        most = -1
        for position in candidates:
            for names, depth in self._readings(rows, position, knows):
                score = known_headings(names, knows)
                if score > most:
                    best, most = Header(names, position, depth), score
        if most == 0 and header_row is None:
            first = find_header([texts for _, texts in rows], knows)
            best = Header(rows[first][1], first, 1)
        self._refuse_deep(rows, best)
        return best

    def _readings(
        self, rows: list[tuple[int, list[str]]], position: int, knows: Knows
    ) -> Iterator[tuple[list[str], int]]:
        """The header that begins here, read as one row, or as two where its cells are merged so.

        A cell that reaches into the next row proves two rows; one that covers several columns may be a title.
        """
        row, upper = rows[position]
        beginning = [(bottom, right - left) for (top, left), (bottom, right) in self._ranges if top == row]
        has_next = position + 1 < len(rows) and rows[position + 1][0] == row + 1
        is_tall = has_next and any(bottom > row for bottom, _ in beginning)
        if not is_tall:
            yield upper, 1
        if has_next and beginning:
            yield self._joined(row, upper, rows[position + 1][1], knows), DEEPEST_HEADER

    def _joined(self, row: int, upper: list[str], lower: list[str], knows: Knows) -> list[str]:
        group = list(upper)
        for (top, left), (bottom, right) in self._ranges:
            if top == row == bottom:
                for column in range(left + 1, min(right + 1, len(group))):
                    group[column] = upper[left]
        return [_name(above, below, knows) for above, below in zip(group, lower, strict=False)]

    def _refuse_deep(self, rows: list[tuple[int, list[str]]], header: Header) -> None:
        if not header.depth:
            return
        row = rows[header.position][0]
        deep = [
            bottom - top + 1 for (top, _), (bottom, _) in self._ranges if top == row and bottom - top >= DEEPEST_HEADER
        ]
        if deep and header.depth == DEEPEST_HEADER:
            message = (
                f"表头占 {max(deep)} 行，只能识别一行或两行（a header of {max(deep)} rows; one or two can be read）"
            )
            raise SourceError("wrong_header", message)


def _name(above: str, below: str, knows: Knows) -> str:
    """One heading from two: whichever way the contract knows it, else both."""
    if not above or not below or above == below:
        return above or below
    for name in (above + below, f"{above}_{below}", f"{above}-{below}", f"{above}({below})", below):
        if knows(name):
            return name
    return above + below
