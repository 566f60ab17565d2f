"""Check a file before it is delivered: received and staged by the code and the SQL of production, but elsewhere."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg

from credit_grading.clerk.marked import saved_as
from credit_grading.contract.headings import heading_of
from credit_grading.contract.load import load_contract
from credit_grading.contract.model import Contract
from credit_grading.department.model import Department, Feed
from credit_grading.landing.batch import BatchReceiver
from credit_grading.landing.changes import own_headings
from credit_grading.landing.headers import expected_of
from credit_grading.landing.lists import of_no_list
from credit_grading.landing.person_keys import configured_key
from credit_grading.landing.persons import PersonGuard
from credit_grading.landing.problem import Problem
from credit_grading.landing.tables import ensure_landing_tables
from credit_grading.sources.files import FileItem
from credit_grading.sources.location import FeedFile
from credit_grading.sources.model import SourceError

# Ours (an assumption): so many rows show what a mistake looks like; the annotated copy has all of them.
EXAMPLES = 5
WORKBOOK_START = b"PK\x03\x04"
CLEAN, REJECTED, UNUSABLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in one column: how many rows, what to do, and the first of them as (row, value)."""

    title: str
    advice: str
    heading: str | None
    rows: int
    examples: list[tuple[int, str | None]]


@dataclass
class Verdict:
    """What production would say of a file. ``outcome`` is that of landing; without ``loaded`` no row was judged."""

    department: Department
    feed: Feed
    file: Path
    outcome: str = "unreadable_file"
    encoding: str | None = None
    problems: list[Problem] = field(default_factory=list)
    landed: int = 0
    accepted: int = 0
    rejected: int = 0
    reasons: list[Reason] = field(default_factory=list)
    warnings: list[tuple[str, int]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 rows would be rejected, 2 the file cannot be used."""
        if self.outcome != "loaded":
            return UNUSABLE
        return REJECTED if self.rejected else CLEAN

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add what a step took to ``seconds``."""
        begun = monotonic()
        yield
        self.seconds[step] = round(monotonic() - begun, 1)


def file_item(file: Path, feed: Feed, contract: Contract) -> FileItem:
    """The file, read with the settings of the feed. Raises SourceError where the feed reads no files."""
    from fsspec.implementations.local import LocalFileSystem

    if feed.source["kind"] in ("sql", "http"):
        message = "本数据源读取数据库或接口，没有文件可检查（the feed reads a database or a web service）"
        raise SourceError("unreadable_file", message)
    found = FeedFile(LocalFileSystem(), str(file.resolve()), file.name)
    return FileItem(found, feed.source, expected_of(contract, own_headings(feed, contract)))


def check_file(connection: psycopg.Connection, department: Department, feed: Feed, file: Path) -> Verdict:
    """Receive and stage one file in an empty warehouse (``clerk.scratch``), and read what became of its rows."""
    verdict = Verdict(department, feed, file)
    contract = load_contract(feed.contract_id)
    try:
        item = file_item(file, feed, contract)
        _look_at(file, feed, verdict)
    except SourceError as error:
        verdict.problems.append(_problem(verdict, str(error)))
        verdict.outcome = error.outcome
        return verdict
    with verdict.timed("读取 receive"):
        ensure_landing_tables(connection, [contract])
        # which key it is makes no difference to the verdict, and the rows are thrown away
        key = configured_key() or secrets.token_hex()
        guard = PersonGuard(contract, key, headings=feed.headers) if contract.has_persons else None
        receiver = BatchReceiver(connection, contract, department.id, feed, guard=guard)
        refusal = of_no_list(feed, item) if feed.delivery.kind == "snapshot" else None
        received = receiver.receive(item, refusal=refusal)
    verdict.outcome, verdict.landed = received.outcome, received.rows
    verdict.problems += received.problems
    if verdict.outcome == "loaded":
        with verdict.timed("校验 stage"):
            _stage(connection, contract)
        _read(connection, contract, verdict)
    return verdict


def _problem(verdict: Verdict, message: str) -> Problem:
    return Problem("error", verdict.department.id, verdict.feed.id, verdict.file.name, None, None, message)


def _look_at(file: Path, feed: Feed, verdict: Verdict) -> None:
    """Encoding, and the commonest mistake of all."""
    from credit_grading.sources.encoding import detect_encoding

    if not file.is_file():
        raise SourceError("missing_file", f"没有这个文件（no such file）：{file}")
    with file.open("rb") as raw:
        is_workbook = raw.read(4) == WORKBOOK_START
        raw.seek(0)
        if feed.source["kind"] in ("xlsx", "parquet"):
            return
        if is_workbook:
            how = f"：请另存为{saved_as(feed.source)}" if feed.source["kind"] == "csv" else ""
            message = f"这是 XLSX，本数据源读取文本{how}（a workbook; the feed reads text）"
            raise SourceError("unreadable_file", message)
        declared = feed.source.get("encoding")
        verdict.encoding = f"{declared}（已注明 declared）" if declared else f"{detect_encoding(raw)}（识别 detected）"


def _stage(connection: psycopg.Connection, contract: Contract) -> None:
    from credit_grading.transform.dbt import run_dbt
    from credit_grading.transform.seeds import remember_seeds, seeds_changed

    changed = seeds_changed(connection)
    # the words of the reasons are kept when their seed is loaded, and this warehouse was emptied since
    seeds = ["path:seeds"] if changed else ["rejection_reason"]
    run_dbt("build", "--select", contract.id, *seeds, "--exclude-resource-type", "unit_test", "test")
    if changed:
        remember_seeds(connection)


def _read(connection: psycopg.Connection, contract: Contract, verdict: Verdict) -> None:
    counted = connection.execute("select accepted, quarantined from staging.staged_batch").fetchone()
    assert counted is not None, "a landed batch is staged"
    verdict.accepted, verdict.rejected = counted
    headings = {column.name: heading_of(column) for column in contract.columns}
    found = connection.execute(
        "select title_zh, coalesce(advice_zh, ''), column_name, count(*),"
        " (array_agg(jsonb_build_array(row_number, value) order by row_number))[1:%s]"
        " from (select reason ->> 'code' as code, reason ->> 'column' as column_name, reason ->> 'value' as value,"
        "  row_number from quarantine.rejected_row cross join jsonb_array_elements(reasons) as reason) as listed"
        " left join quarantine.rejection_reason using (code)"
        " group by code, title_zh, advice_zh, column_name order by count(*) desc, code, column_name",
        (EXAMPLES,),
    )
    for title, advice, column, rows, examples in found:
        shown = [(int(row), value) for row, value in examples]
        verdict.reasons.append(Reason(title, advice, headings.get(column), rows, shown))
    verdict.warnings = connection.execute(
        f"select warning, count(*) from staging.{contract.id} cross join unnest(warnings) as warning"
        " group by warning order by count(*) desc, warning".encode()
    ).fetchall()


def rejected_rows(connection: psycopg.Connection) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """(row number, reasons with title and advice) of every rejected row, in order, streamed."""
    with connection.transaction(), connection.cursor(name="rejected_rows") as cursor:
        cursor.execute(
            "select row_number, quarantine.told_reasons(reasons) from quarantine.rejected_row order by row_number"
        )
        yield from cursor
