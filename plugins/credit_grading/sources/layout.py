"""How a table lies in its sheet or text: which row is the header, what separates cells, which row is a total."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Sequence

from credit_grading.sources.model import RowNote, SourceError

Knows = Callable[[str], bool]

# The header is looked for among so many rows that are not blank: title, reporting unit, date and the like stand above.
SEARCHED_ROWS = 20
DELIMITERS = {",": "逗号 comma", "\t": "制表符 tab", ";": "分号 semicolon", "|": "竖线 bar"}
TOTALS = frozenset(
    {"合计", "总计", "小计", "共计", "总合计", "合计数", "本页合计", "本页小计", "累计", "total", "subtotal"}
)
TOTAL_FIRST_CHARACTERS = frozenset(word[0] for word in TOTALS) | {"T", "S"}
# Of a total most cells are empty, of a record few are (an assumption: 本项目假设)
TOTAL_FILLED_SHARE = 0.5
SHOWN_CHARACTERS = 120


def known_headings(row: Sequence[str | None], knows: Knows) -> int:
    """How many different headings of a row the contract knows."""
    return len({text for text in row if text and knows(text)})


def find_header(rows: Sequence[Sequence[str | None]], knows: Knows) -> int:
    """Position of the header among the first rows that are not blank: the first that names most columns.

    Where no row names any, the first one is the header: what is wrong with it is then said column by column.
    """
    scores = [known_headings(row, knows) for row in rows[:SEARCHED_ROWS]]
    best = max(scores, default=0)
    return scores.index(best) if best else 0


def as_line(row: Sequence[str | None]) -> str:
    """A row that is no data, as people are told of it."""
    return " ".join(text.strip() for text in row if text and text.strip())[:SHOWN_CHARACTERS]


def total_note(values: Sequence[str | None]) -> RowNote | None:
    """What to say of a row that adds others up (合计): kept whole and without values, so that it is quarantined."""
    first = next((value for value in values if value and not value.isspace()), "")
    if first.lstrip()[:1] not in TOTAL_FIRST_CHARACTERS or "".join(first.split()).rstrip("：:").lower() not in TOTALS:
        return None
    filled = sum(1 for value in values if value and not value.isspace())
    if filled > TOTAL_FILLED_SHARE * len(values):
        return None
    message = "合计行不是记录，整行隔离保留（a total is no record: the row is kept in quarantine）"
    whole = json.dumps([value or "" for value in values], ensure_ascii=False)
    return RowNote(message, {"_note": "total_row", "_unparsed": whole})


def sniff_delimiter(sample: str, knows: Knows) -> str:
    """What separates the cells of a text, judged by its first lines.

    The delimiter under which some row names most columns of the contract; where no row names any, the only one that
    gives every row the same number of cells. Raises SourceError (wrong_header) where two do equally well.
    """
    parsed = {delimiter: _parsed(sample, delimiter) for delimiter in DELIMITERS}
    scores = {
        delimiter: max((known_headings(row, knows) for row in rows[:SEARCHED_ROWS]), default=0)
        for delimiter, rows in parsed.items()
    }
    best = max(scores.values())
    leading = [delimiter for delimiter, score in scores.items() if score == best and _width(parsed[delimiter]) > 1]
    if len(leading) > 1 and best == 0:
        leading = [delimiter for delimiter in leading if _is_even(parsed[delimiter])]
    if len(leading) > 1:
        seen = "、".join(f"{DELIMITERS[delimiter]} {_width(parsed[delimiter])} 列" for delimiter in leading)
        message = (
            f"列分隔符无法确定：{seen}。请在部门文件中注明 delimiter（not sure what separates columns: declare it）"
        )
        raise SourceError("wrong_header", message)
    return leading[0] if leading else ","


def _parsed(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(row for row in csv.reader(sample.splitlines(keepends=True), delimiter=delimiter) if row)
    except csv.Error:
        # what could be read before the oddity is enough to judge by
        return rows
    return rows


def _width(rows: list[list[str]]) -> int:
    """The commonest number of cells."""
    return Counter(len(row) for row in rows).most_common(1)[0][0] if rows else 0


def _is_even(rows: list[list[str]]) -> bool:
    return len({len(row) for row in rows}) == 1
