"""Hand out what was sent back: the rows that wait to be corrected, in a file that the same feed receives again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from credit_grading.clerk.marked import MarkedRow, saved_as, told_and_marked, write_csv, write_workbook
from credit_grading.contract.headings import normalise_heading
from credit_grading.contract.load import load_contract
from credit_grading.contract.model import Contract
from credit_grading.department.model import Department, Feed
from credit_grading.landing.corrections import CORRECTS_HEADING, REASON_HEADING
from credit_grading.landing.written import WrittenHeader, meaning_of
from credit_grading.quarantine.surplus import remove_surplus
from credit_grading.sources.files import delimiter_of

FETCHED_ROWS = 500
# Ours (an assumption): enough to find the line again; the whole of it stays in the received row.
SHOWN_CHARACTERS = 1_000
# Of a row without columns, what was received of it: kept by the readers of files under these names.
RAW = {"_unparsed": "原文", "_surplus": "表头之外的内容"}
OPEN = (
    "from quarantine.row_state where department_id = %(department)s and feed_id = %(feed)s"
    " and contract_id = %(contract)s and state = 'open'"
)
OPEN_HERE = f"{OPEN} and batch_id = any(%(batches)s)"


def default_format(feed: Feed) -> str:
    """The kind of file that the feed reads: csv or xlsx; xlsx to read where it takes its rows from elsewhere."""
    return "csv" if feed.source["kind"] == "csv" else "xlsx"


def export_feed(
    connection: psycopg.Connection, department: Department, feed: Feed, path: Path, kind: str | None = None
) -> dict[Path, int]:
    """Write the open rejected rows of one feed; returns the files and their numbers of rows. Without rows none is made.

    Files of an earlier export that have no rows any more are removed: what lies there is what is open.

    Cells hold exactly what was received, under headings in which the feed reads it as it was meant: rows that came in
    different layouts or units are in different files, ``path`` and then ``…-2``, ``…-3``. In front are 隔离编号 and
    隔离原因, behind the columns that the contract does not know. Corrected and delivered through the same feed, an
    accepted row clears the one whose number it carries.

    Raises DoesNotFit where the kind of file cannot hold a value.
    """
    contract = load_contract(feed.contract_id)
    written = {}
    with connection.transaction():
        for number, meant in enumerate(_meanings(connection, department, feed, contract), start=1):
            file = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
            who = {
                "department": department.id, "feed": feed.id, "contract": contract.id, "batches": meant.batches
            }  # fmt: skip
            header = _Header(contract, feed, meant, _unknown_columns(connection, who))
            rows = (header.row(found) for found in _open_rows(connection, who))
            if (kind or default_format(feed)) == "csv":
                written[file] = _write_text(file, feed.source, header.titles, rows)
            else:
                notes = _notes(connection, who, department, feed)
                written[file] = _write_workbook(file, feed.source, header.titles, rows, notes)
    remove_surplus(path, written)
    return written


@dataclass(slots=True)
class _Meant:
    """Batches whose open rows can stand below one header."""

    layout: str | None
    headings: dict[str, str] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)


def _meanings(connection: psycopg.Connection, department: Department, feed: Feed, contract: Contract) -> list[_Meant]:
    who = {"department": department.id, "feed": feed.id, "contract": contract.id}
    found = connection.execute(
        (
            "select batch_id, layout, headings from landing.batch where batch_id in"
            f" (select batch_id {OPEN}) order by batch_id"
        ).encode(),
        who,
    )
    meanings: dict[tuple[object, ...], _Meant] = {}
    for batch_id, layout, headings in found:
        meant = meanings.setdefault(meaning_of(contract, layout, headings), _Meant(layout))
        # of two headings that mean the same the newer one is what the department uses now
        meant.headings |= headings
        meant.batches.append(batch_id)
    return list(meanings.values())


def _write_text(path: Path, source: dict[str, Any], titles: list[str], rows: Iterable[MarkedRow]) -> int:
    encoding = source.get("encoding", "utf-8").replace("utf-8", "utf-8-sig")
    header_row, delimiter = source.get("header_row", 1), delimiter_of(source)
    return write_csv(path, titles, rows, encoding=encoding, header_row=header_row, delimiter=delimiter)


def _write_workbook(
    path: Path, source: dict[str, Any], titles: list[str], rows: Iterable[MarkedRow], notes: Sequence[Sequence[str]]
) -> int:
    sheet, header_row = source.get("sheet"), source.get("header_row", 1)
    return write_workbook(path, titles, rows, ours=2, sheet=sheet, header_row=header_row, notes=notes)


class _Header:
    """The columns of the file, and each row under them."""

    def __init__(self, contract: Contract, feed: Feed, meant: _Meant, came_unknown: list[str]) -> None:
        known = WrittenHeader(feed, contract, meant.layout)
        # what came under a heading that the feed's file explains by now
        self._explained = {
            column.name: heading for heading in came_unknown
            if (column := known.column_of(heading)) and column.name not in meant.headings
        }  # fmt: skip
        header = WrittenHeader(feed, contract, meant.layout, meant.headings | self._explained)
        self._place = {name: position for position, name in enumerate(header.headings)}
        self._titles = header.headings
        named = {normalise_heading(heading) for heading in header.further}
        self._further = header.further + [
            heading for heading in came_unknown
            if not header.column_of(heading) and normalise_heading(heading) not in named
        ]  # fmt: skip
        self.titles = [CORRECTS_HEADING, REASON_HEADING, *self._titles.values(), *self._further]

    def row(self, found: tuple[str, dict[str, Any], list[dict[str, Any]]]) -> MarkedRow:
        reference, received, reasons = found
        extra = received.get("extra_columns") or {}
        told, marks = told_and_marked(reasons, self._place, self._titles)
        told += [f"{title}：{str(extra[key])[:SHOWN_CHARACTERS]}" for key, title in RAW.items() if extra.get(key)]
        values = [
            received.get(name) if received.get(name) is not None else _text(extra.get(self._explained.get(name, "")))
            for name in self._titles
        ]
        spelled = {normalise_heading(name): value for name, value in extra.items() if not name.startswith("_")}
        values += [
            _text(extra[name] if name in extra else spelled.get(normalise_heading(name))) for name in self._further
        ]
        return MarkedRow((reference, "；".join(told)), values, marks)


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)


def _unknown_columns(connection: psycopg.Connection, who: dict[str, Any]) -> list[str]:
    """Columns that came with the open rows and that the contract does not know; ours begin with an underscore."""
    found = connection.execute(
        (
            "select distinct jsonb_object_keys(received_row -> 'extra_columns') as heading"
            f" {OPEN_HERE} and jsonb_typeof(received_row -> 'extra_columns') = 'object' order by 1"
        ).encode(),
        who,
    )
    return [heading for (heading,) in found if not heading.startswith("_")]


def _open_rows(connection: psycopg.Connection, who: dict[str, Any]) -> Iterator[Any]:
    """(reference, received row, reasons with title and advice), streamed from the server."""
    with connection.cursor(name="open_rejected_rows") as cursor:
        cursor.itersize = FETCHED_ROWS
        cursor.execute(
            (
                f"select reference, received_row, quarantine.told_reasons(reasons) {OPEN_HERE}"
                " order by batch_id, row_number"
            ).encode(),
            who,
        )
        yield from cursor


def _notes(
    connection: psycopg.Connection, who: dict[str, Any], department: Department, feed: Feed
) -> list[tuple[str, ...]]:
    kinds = connection.execute(
        (
            "select coalesce(title_zh, code), count(*)::text, coalesce(advice_zh, '') from ("
            f"select jsonb_array_elements(reasons) ->> 'code' as code {OPEN_HERE}"
            ") as listed left join quarantine.rejection_reason using (code) group by 1, 3 order by count(*) desc, 1"
        ).encode(),
        who,
    ).fetchall()
    if feed.source["kind"] in ("csv", "xlsx"):
        way = "在第一张表中直接改正标红的单元格，保留“隔离编号”一列，按原数据源报送本文件。"
        if feed.source["kind"] == "csv":
            way += f"本数据源读取 CSV：请另存为{saved_as(feed.source)}后报送。"
        if feed.delivery.operation:
            way += f"“{feed.delivery.operation}”一列须保留，它说明该行是写入还是删除。"
    else:
        way = "本数据源不读取文件：请在源系统中改正，按原记录标识重新提供；本文件供核对。"
    return [
        (f"{department.title_zh}　{feed.title_zh}　待更正的行",), (way,),
        ("不会再改正的行：由负责人登记“作废”（credit-grading quarantine void）。",), (),
        ("原因", "条数", "怎么办"), *kinds,
    ]  # fmt: skip
