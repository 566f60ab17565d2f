"""Receive one file, or one window of a query: its rows and its line in the ledger commit together, or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from psycopg import sql

from credit_grading.contract.headings import normalise_heading
from credit_grading.contract.model import Column, Contract
from credit_grading.department.model import Feed
from credit_grading.landing import ledger
from credit_grading.landing.changes import names_any, own_headings, row_marks
from credit_grading.landing.corrections import unprotected_rows
from credit_grading.landing.drift import HeaderLedger
from credit_grading.landing.encode import RowEncoder
from credit_grading.landing.headers import HeaderFinding, HeaderMapping, WrongHeader, column_of, map_header
from credit_grading.landing.personal import distinct_mask, mask_identity_numbers
from credit_grading.landing.persons import PersonGuard, masks
from credit_grading.landing.problem import ALARMS, Problem, ProblemLog
from credit_grading.sources.characters import shown, without_quoted
from credit_grading.sources.database import DatabaseItem
from credit_grading.sources.files import FileItem
from credit_grading.sources.limits import LONGEST_NAME
from credit_grading.sources.model import Item, Row, SourceError, Stream

# the kinds of delivery from whose rows it is concluded what is gone
LISTS = ("snapshot", "older_snapshot")


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one item."""

    outcome: str
    batch_id: int | None = None
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    # what the header said, where it could be read
    finding: HeaderFinding | None = None

    @property
    def holds_corrections(self) -> bool:
        """Whether the rows were sent back under their 隔离编号: no delivery, and no part of any list."""
        return self.finding is not None and self.finding.holds_corrections


class _Discard(Exception):
    """Leave the savepoint, and with it every row written since: nothing of this item stays."""

    def __init__(self, outcome: str, message: str = "") -> None:
        super().__init__(message)
        self.outcome = outcome


@dataclass
class _Attempt:
    """What is known of one item while it is received, and afterwards, whatever became of it."""

    log: ProblemLog
    finding: HeaderFinding | None = None


class BatchReceiver:
    """Receives the items of one feed, each in a transaction of its own; a contract with persons needs their guard."""

    def __init__(
        self,
        connection: psycopg.Connection,
        contract: Contract,
        department_id: str,
        feed: Feed,
        dag_run_id: str | None = None,
        *,
        guard: PersonGuard | None = None,
    ) -> None:
        self._guard = guard
        self._connection = connection
        self._contract = contract
        self._department_id = department_id
        self._feed = feed
        self._dag_run_id = dag_run_id
        self._headers = HeaderLedger(connection, contract, department_id, feed)
        self._headings = own_headings(feed, contract)

    def receive(self, item: Item, delivery_kind: str | None = None, *, refusal: str | None = None) -> Received:
        """Receive one item. What is wrong with it is in the result; only the warehouse's own errors are raised.

        Args:
            item: a file or a window.
            delivery_kind: for the ledger; default: as the feed declares it. Corrections add to a list, whatever it
                says.
            refusal: why the item is not received (unreadable_file), unless it holds corrections.
        """
        log = ProblemLog(self._department_id, self._feed.id, item.name)
        attempt = _Attempt(log)
        batch_id, rows, outcome = None, 0, "loaded"
        try:
            with self._connection.transaction():
                ledger.lock_feed(self._connection, self._department_id, self._feed.id)
                batch_id, rows = self._land(item, delivery_kind or self._feed.delivery.kind, attempt, refusal)
        except _Discard as discarded:
            outcome = discarded.outcome
            if str(discarded):
                log.add("error", str(discarded))
        except WrongHeader as error:
            outcome = "wrong_header"
            for column, message in error.problems:
                if self._guard:
                    # the column is named in the message, where it is one of the contract's
                    log.add("error", self._guard.heading_told(message))
                else:
                    log.add("error", message, column=column or None)
            attempt.finding = error.finding
        except SourceError as error:
            outcome = error.outcome
            message = without_quoted(str(error)) if self._guard else str(error)
            log.add("error", message, row=error.row, column=error.column)
        # not where the warehouse failed: then the same pages and bytes are wanted again
        item.release()
        received = Received(outcome, batch_id, rows, log.closed(), attempt.finding)
        if outcome not in ALARMS:
            return received
        if refusal is not None and not received.holds_corrections:
            problem = Problem("error", self._department_id, self._feed.id, item.name, None, None, refusal)
            return Received("unreadable_file", problems=[problem])
        self.record_refused_header(item, received)
        return received

    def record_refused_header(self, item: Item, received: Received) -> None:
        """Write down the header of an item of which nothing is landed; in the transaction of the caller, if any."""
        if received.finding is not None:
            with self._connection.transaction():
                self._headers.record(item.name, received.finding, None, [])

    def _land(self, item: Item, delivery_kind: str, attempt: _Attempt, refusal: str | None) -> tuple[int, int]:
        log = attempt.log
        skip = self._resume(item)
        # what is new since the last time may well be little, or nothing
        is_increment = delivery_kind == "changes" or (isinstance(item, DatabaseItem) and item.after is not None)
        fingerprint = item.fingerprint()
        if fingerprint is not None:
            fingerprint = self._guard.seal(fingerprint) if self._guard else fingerprint
            previous = self._previous(item)
            if previous is not None and previous.source_hash == fingerprint and not self._heals(previous):
                raise _Discard("nothing_new")
        batch_id = ledger.next_batch_id(self._connection)
        with item.open() as stream:
            header = [mask_identity_numbers(heading) for heading in stream.header]
            if not any(heading.strip() for heading in header):
                raise _Discard("empty_feed", "文件是空的（the file is empty）")
            mapping = map_header(header, self._contract, self._headings)
            attempt.finding = mapping.finding
            if mapping.corrects is not None and delivery_kind in LISTS:
                delivery_kind = "append"
            elif refusal is not None:
                raise _Discard("unreadable_file")
            marks = row_marks(self._feed.delivery, header, mapping.finding)
            lost = self._headers.demand_no_rename(mapping)
            self._report(mapping, lost, log)
            self._report_stream(stream, log)
            ordered = isinstance(item, FileItem)
            encoder = RowEncoder(
                batch_id,
                header,
                # nobody can say whose data an unknown column of persons holds
                replace(mapping, unknown=()) if self._guard else mapping,
                log.add_note,
                skip=skip,
                ordered=ordered,
                guard=self._guard,
                marks=marks,
                masks=masks(self._contract, mapping.columns),
            )
            rows = stream.rows
            if mapping.corrects is not None and self._feed.source["kind"] == "csv":
                rows = unprotected_rows(rows)
            self._copy(rows, mapping, encoder)
        if self._guard:
            self._guard.record_successions(self._connection)
        # what is new since yesterday, or was sent back, may well be little: the lower bound is for whole deliveries
        self._check_volume(encoder.rows, is_increment, log, is_whole=not is_increment and mapping.corrects is None)
        # the window of a cursor is known only now
        previous = self._previous(item)
        batch = ledger.Batch(batch_id, _window_key(item), encoder.content_hash(), fingerprint)
        if previous is not None and previous.content_hash == batch.content_hash:
            raise _Discard("nothing_new")
        ledger.record_batch(
            self._connection,
            batch=batch,
            contract_id=self._contract.id,
            department_id=self._department_id,
            feed_id=self._feed.id,
            follows=previous.batch_id if previous else None,
            source_name=mask_identity_numbers(item.name),
            row_count=encoder.rows,
            unknown_columns=[
                self._guard.seal_heading(heading) if self._guard else heading
                for heading, _ in mapping.unknown
                if not (marks and heading in marks.headings)
            ],
            layout=mapping.layout,
            headings=dict(zip(mapping.columns, mapping.headings, strict=True)),
            holds_corrections=mapping.corrects is not None,
            dag_run_id=self._dag_run_id,
            delivery_kind=delivery_kind,
        )
        self._headers.record(item.name, mapping.finding, batch_id, [column for column, _ in lost])
        return batch_id, encoder.rows

    def _heals(self, batch: ledger.Batch) -> bool:
        """Whether the department's file now names a column of that batch, so that the same content says more."""
        kept_as = self._guard.seal_heading if self._guard else normalise_heading
        # corrections: the export wrote the heading and the contract's own, which would be two for one column
        return not batch.holds_corrections and names_any(self._feed.headers, batch.unknown_columns, kept_as)

    def _previous(self, item: Item) -> ledger.Batch | None:
        return ledger.latest_batch(self._connection, self._department_id, self._feed.id, _window_key(item))

    def _resume(self, item: Item) -> set[str]:
        """Point a cursor at where the last window ended; returns the hashes of rows received from there on."""
        if not isinstance(item, DatabaseItem) or item.cursor is None:
            return set()
        column = column_of(self._contract, item.cursor, self._headings)
        if column and (column.personal or column.name == self._contract.subject.get("person_id")):
            message = (
                "增量列不能是个人信息：位置会留在台账（a cursor cannot be personal: the ledger keeps how far it got）"
            )
            raise SourceError("wrong_header", message, column=item.cursor)
        newest = ledger.latest_batch(self._connection, self._department_id, self._feed.id)
        if newest is not None and self._heals(newest):
            return set()
        item.after = ledger.highest_cursor(newest, item.cursor)
        if item.after is None:
            return set()
        return ledger.hashes_at_cursor(
            self._connection,
            self._contract,
            self._department_id,
            self._feed.id,
            cursor=item.cursor,
            value=item.after,
            headings=self._feed.headers,
        )

    def _copy(self, rows: Iterator[Row], mapping: HeaderMapping, encoder: RowEncoder) -> None:
        names = ["batch_id", "row_number", "row_hash", "extra_columns", *mapping.columns]
        statement: Any = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier("landing", self._contract.id), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for block in encoder.blocks(rows):
                copy.write(block)

    def _report(self, mapping: HeaderMapping, lost: list[tuple[Column, str]], log: ProblemLog) -> None:
        for gone, message in lost:
            log.add("warning", message, column=gone.label)
        for column, message in mapping.warnings:
            log.add("warning", message, column=column)
        for column, message in mapping.notices:
            log.add("info", message, column=column)
        kept, not_kept = (
            "原样保留（unknown column, kept）",
            "含个人信息，不予保留（unknown column of persons, not kept）",
        )
        for heading in mapping.finding.strangers:
            log.add("info", f"列“{heading}”不在契约中，{not_kept if self._guard else kept}", column=heading)

    def _report_stream(self, stream: Stream, log: ProblemLog) -> None:
        if stream.passed_over:
            # whose name and number a form's head holds, nobody can say
            lines = [] if self._guard else [mask_identity_numbers(line) for line in stream.passed_over]
            message = f"表头之上 {len(stream.passed_over)} 行不是数据，未接收（rows above the header, passed over）"
            log.add("info", "：".join([message, " / ".join(lines)]) if lines else message)
        for notice in stream.notices:
            log.add("info", notice)

    def _check_volume(self, rows: int, is_increment: bool, log: ProblemLog, *, is_whole: bool) -> None:
        limits = self._feed.assertions
        if rows == 0 and is_increment:
            raise _Discard("nothing_new")
        if rows == 0:
            raise _Discard("empty_feed", "只有表头，没有数据行（a header and no rows）")
        if rows < limits.minimum_rows and is_whole:
            message = f"只有 {rows} 行，少于下限 {limits.minimum_rows} 行，未落地（fewer rows than the minimum）"
            raise _Discard("volume_below_minimum", message)
        if limits.maximum_rows is not None and rows > limits.maximum_rows:
            log.add("warning", f"{rows} 行，多于上限 {limits.maximum_rows} 行（more rows than the maximum）")


def _window_key(item: Item) -> str:
    """The window as the ledger names it. A cursor's range is kept as it is: the next read begins there.

    Raises SourceError where the ledger cannot hold it: a cursor may have any text for its highest value.
    """
    key = item.window_key()
    if len(key) > 2 * LONGEST_NAME or shown(key) != key:
        raise SourceError("wrong_header", "增量列的值过长或含控制字符，不能作增量列（not usable as a cursor）")
    return key if isinstance(item, DatabaseItem) else distinct_mask(key)
