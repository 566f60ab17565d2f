"""Feeds that deliver snapshots: each delivery is the complete list, so what is not in it has disappeared.

One list is one file, one read of a table, or all files whose names have the same match of ``parts_of``. Its parts
commit together with its line in landing.snapshot, or nothing of it does. Files of corrections are no list, whatever
their names are: what they add belongs to the list that stands, and nothing is concluded from what they do not hold.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

import psycopg

from credit_grading.contract.model import Contract
from credit_grading.department.model import Feed
from credit_grading.landing import ledger, list_ledger
from credit_grading.landing.batch import BatchReceiver, Received
from credit_grading.landing.list_ledger import HeldList
from credit_grading.landing.problem import ALARMS, Level, Problem
from credit_grading.sources.model import Item

DIGITS = re.compile(r"\d+")


class _Refused(Exception):
    """Leave the transaction, and with it every part of the list."""

    def __init__(self, outcome: str, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


def list_order(name: str) -> str:
    """What lists are compared by: their names, with numbers in the order of their value (2 月 before 10 月)."""
    return DIGITS.sub(lambda number: number.group().zfill(20), unicodedata.normalize("NFKC", name))


class ListReceiver:
    """Receives the lists of one feed whose delivery is a snapshot."""

    def __init__(
        self,
        connection: psycopg.Connection,
        receiver: BatchReceiver,
        contract: Contract,
        department_id: str,
        feed: Feed,
    ) -> None:
        self._connection = connection
        self._receiver = receiver
        self._contract = contract
        self._department_id = department_id
        self._feed = feed

    def receive(self, items: Iterable[Item]) -> list[Received]:
        """Receive every list that the items make up, in the order of the lists' names."""
        lists: dict[str, list[Item]] = {}
        results: list[Received] = []
        for item in items:
            name = self._list_name(item)
            if name is None:
                message = f"文件名中找不到“{self._feed.delivery.parts_of}”，不知属于哪一份清单（of no list: parts_of）"
                results.append(self._receiver.receive(item, refusal=message))
            else:
                lists.setdefault(name, []).append(item)
        for name in sorted(lists, key=list_order):
            results += self._receive_list(name, lists[name])
        return results

    def _list_name(self, item: Item) -> str | None:
        pattern = self._feed.delivery.parts_of
        if pattern is None:
            return item.window_key()
        found = re.search(pattern, item.window_key())
        return found.group() if found else None

    def _receive_list(self, name: str, parts: list[Item]) -> list[Received]:
        results: list[Received] = []
        try:
            with self._connection.transaction():
                ledger.lock_feed(self._connection, self._department_id, self._feed.id)
                newest = list_ledger.newest_list(self._connection, self._department_id, self._feed.id)
                is_older = newest is not None and list_order(name) < list_order(newest.name)
                kind = "older_snapshot" if is_older else "snapshot"
                results = [self._receiver.receive(part, kind) for part in parts]
                failed = next((result for result in results if result.outcome in ALARMS), None)
                if failed is not None:
                    raise _Refused(failed.outcome, "同一清单的其他文件未能接收，本文件未落地（its list is incomplete）")
                landed = {
                    result.batch_id: (part, result)
                    for part, result in zip(parts, results, strict=True)
                    if result.batch_id is not None and not result.holds_corrections
                }
                if landed:
                    self._record(name, list(landed), newest, is_older)
        except _Refused as refused:
            return [self._withdrawn(part, result, refused) for part, result in zip(parts, results, strict=True)]
        if is_older and landed:
            message = f"清单“{name}”早于已接收的清单，已留存，不改变现状（older than a list received before: kept）"
            part, result = next(iter(landed.values()))
            result.problems.append(self._problem("warning", part.name, message))
        return results

    def _record(self, name: str, landed: list[int], newest: HeldList | None, is_older: bool) -> None:
        department_id, feed_id = self._department_id, self._feed.id
        batches = list_ledger.parts_of_list(self._connection, department_id, feed_id, name, landed)
        difference = None
        if not is_older:
            before = list_ledger.held_before(self._connection, department_id, feed_id, newest, landed)
            difference = list_ledger.compare_lists(self._connection, self._contract, before, batches)
            limit = self._feed.delivery.maximum_disappeared_percent
            if difference.disappeared * 100 > limit * difference.records_before:
                raise _Refused(
                    "too_many_disappeared",
                    f"上一份清单的 {difference.records_before} 条记录中有 {difference.disappeared} 条不在本清单中，"
                    f"超过 {limit:g}%，未落地（records of the last list are absent: more than"
                    " maximum_disappeared_percent）",
                )
        list_ledger.record_list(
            self._connection,
            snapshot_id=max(landed),
            contract_id=self._contract.id,
            department_id=department_id,
            feed_id=feed_id,
            list_name=name,
            batch_ids=batches,
            difference=difference,
        )

    def _withdrawn(self, part: Item, result: Received, refused: _Refused) -> Received:
        """A part of a list that was not taken: nothing of it is landed, and it says why. Corrections are no part."""
        if result.holds_corrections:
            return self._receiver.receive(part)
        # what was written of its header went with the list
        self._receiver.record_refused_header(part, result)
        if result.outcome in ALARMS:
            return result
        problems = [*result.problems, self._problem("error", part.name, str(refused))]
        return replace(result, outcome=refused.outcome, batch_id=None, rows=0, problems=problems)

    def _problem(self, level: Level, file: str, message: str) -> Problem:
        return Problem(level, self._department_id, self._feed.id, file, None, None, message)
