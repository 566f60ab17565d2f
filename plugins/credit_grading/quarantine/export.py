"""Hand out what was sent back: the rows that wait to be corrected, in a file that the same feed receives again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from credit_grading.clerk.marked import MarkedRow, told_and_marked, write_csv, write_workbook
from credit_grading.contract.headings import heading_of
from credit_grading.contract.load import load_contract
from credit_grading.contract.model import Contract
from credit_grading.department.model import Department, Feed
from credit_grading.landing.corrections import CORRECTS_HEADING, REASON_HEADING

FETCHED_ROWS = 500
# Ours (an assumption): enough to find the line again; the whole of it stays in the received row.
SHOWN_CHARACTERS = 1_000
# Of a row without columns, what was received of it: kept by the readers of files under these names.
RAW = {"_unparsed": "原文", "_surplus": "表头之外的内容"}
OPEN = (
    "from quarantine.row_state where department_id = %(department)s and feed_id = %(feed)s"
    " and contract_id = %(contract)s and state = 'open'"
)


def default_format(feed: Feed) -> str:
    """The kind of file that the feed reads: csv or xlsx; xlsx to read where it takes its rows from elsewhere."""
    return "csv" if feed.source["kind"] == "csv" else "xlsx"


def export_feed(
    connection: psycopg.Connection, department: Department, feed: Feed, path: Path, kind: str | None = None
) -> int:
    """Write the open rejected rows of one feed; returns their number. Without any, no file is made.

    The header is the contract's, behind 隔离编号 and 隔离原因; then the columns that the contract does not know. Cells
    hold exactly what was received. Corrected and delivered through the same feed, an accepted row clears the one whose
    number it carries.

    Raises DoesNotFit where the kind of file cannot hold a value.
    """
    contract = load_contract(feed.contract_id)
    who = {"department": department.id, "feed": feed.id, "contract": contract.id}
    with connection.transaction():
        counted = connection.execute(f"select count(*) {OPEN}".encode(), who).fetchone()
        if counted is None or counted[0] == 0:
            return 0
        header = _Header(contract, _unknown_columns(connection, who))
        rows = (header.row(found) for found in _open_rows(connection, who))
        header_row = feed.source.get("header_row", 1)
        if (kind or default_format(feed)) == "csv":
            encoding = feed.source.get("encoding", "utf-8").replace("utf-8", "utf-8-sig")
            return write_csv(path, header.headings, rows, encoding=encoding, header_row=header_row)
        notes = _notes(connection, who, department, feed)
        return write_workbook(
            path, header.headings, rows, ours=2, sheet=feed.source.get("sheet"), header_row=header_row, notes=notes
        )


class _Header:
    """The columns of the file, and each row under them."""

    def __init__(self, contract: Contract, unknown: list[str]) -> None:
        self._columns = [column for column in contract.columns if not column.personal]
        self._place = {column.name: position for position, column in enumerate(self._columns)}
        self._titles = {column.name: heading_of(column) for column in self._columns}
        self._unknown = unknown
        self.headings = [CORRECTS_HEADING, REASON_HEADING, *self._titles.values(), *unknown]

    def row(self, found: tuple[str, dict[str, Any], list[dict[str, Any]]]) -> MarkedRow:
        reference, received, reasons = found
        extra = received.get("extra_columns") or {}
        told, marks = told_and_marked(reasons, self._place, self._titles)
        told += [f"{title}：{str(extra[key])[:SHOWN_CHARACTERS]}" for key, title in RAW.items() if extra.get(key)]
        values = [received.get(column.name) for column in self._columns]
        values += [_text(extra.get(name)) for name in self._unknown]
        return MarkedRow((reference, "；".join(told)), values, marks)


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)


def _unknown_columns(connection: psycopg.Connection, who: dict[str, str]) -> list[str]:
    """Columns that came with the open rows and that the contract does not know; ours begin with an underscore."""
    found = connection.execute(
        (
            "select distinct jsonb_object_keys(received_row -> 'extra_columns') as heading"
            f" {OPEN} and jsonb_typeof(received_row -> 'extra_columns') = 'object' order by 1"
        ).encode(),
        who,
    )
    return [heading for (heading,) in found if not heading.startswith("_")]


def _open_rows(connection: psycopg.Connection, who: dict[str, str]) -> Iterator[Any]:
    """(reference, received row, reasons with title and advice), streamed from the server."""
    with connection.cursor(name="open_rejected_rows") as cursor:
        cursor.itersize = FETCHED_ROWS
        cursor.execute(
            (
                f"select reference, received_row, quarantine.told_reasons(reasons) {OPEN} order by batch_id, row_number"
            ).encode(),
            who,
        )
        yield from cursor


def _notes(
    connection: psycopg.Connection, who: dict[str, str], department: Department, feed: Feed
) -> list[tuple[str, ...]]:
    kinds = connection.execute(
        (
            "select coalesce(title_zh, code), count(*)::text, coalesce(advice_zh, '') from ("
            f"select jsonb_array_elements(reasons) ->> 'code' as code {OPEN}"
            ") as listed left join quarantine.rejection_reason using (code) group by 1, 3 order by count(*) desc, 1"
        ).encode(),
        who,
    ).fetchall()
    if feed.source["kind"] in ("csv", "xlsx"):
        way = "在第一张表中直接改正标红的单元格，保留“隔离编号”一列，按原数据源报送本文件。"
        if feed.source["kind"] == "csv":
            way += "本数据源读取 CSV：请另存为“CSV UTF-8（逗号分隔）”后报送。"
    else:
        way = "本数据源不读取文件：请在源系统中改正，按原记录标识重新提供；本文件供核对。"
    return [
        (f"{department.title_zh}　{feed.title_zh}　待更正的行",), (way,),
        ("不会再改正的行：由负责人登记“作废”（credit-grading quarantine void）。",), (),
        ("原因", "条数", "怎么办"), *kinds,
    ]  # fmt: skip
