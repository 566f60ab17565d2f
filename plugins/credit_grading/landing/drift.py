"""Drift of a feed's header: what came, went or changed its name since the feed's last good delivery."""

from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from credit_grading.contract.model import Column, Contract
from credit_grading.department.model import Feed
from credit_grading.landing.headers import HeaderFinding, HeaderMapping, Suggestion, WrongHeader
from credit_grading.landing.personal import mask_identity_numbers

# Of these, a column exists only where a row has a value for it: that it is absent says nothing.
COLUMNS_FROM_VALUES = frozenset({"json_lines"})


@dataclass(frozen=True, slots=True)
class HeaderLedger:
    """The headers of one feed, good and refused ones, in ``landing.received_header``.

    A file of corrections has the columns that somebody needed to correct: it says nothing of the feed, is compared with
    nothing and not written down.
    """

    connection: psycopg.Connection
    contract: Contract
    department_id: str
    feed: Feed

    def demand_no_rename(self, mapping: HeaderMapping) -> list[tuple[Column, str]]:
        """The optional columns that held values before and are gone now, with a sentence each.

        Raises WrongHeader where one of them seems to have changed its name: its values would be lost to grading.
        """
        finding = mapping.finding
        if finding.holds_corrections:
            return []
        gone = self._gone(finding)
        renamed = [(column, finding.suggestions[column.name]) for column in gone if column.name in finding.suggestions]
        if renamed:
            raise WrongHeader([(column.label, _renamed(column, hint)) for column, hint in renamed], finding)
        if self.feed.source["kind"] in COLUMNS_FROM_VALUES:
            return []
        return [(column, f"列“{column.label}”此前有值，本次没有（held values before, absent now）") for column in gone]

    def record(self, source_name: str, finding: HeaderFinding, batch_id: int | None, lost: list[Column]) -> None:
        """Write a header down: with its batch, or with None because it was refused."""
        if finding.holds_corrections:
            return
        required = {column.name for column in self.contract.columns if column.header_required}
        hints = [
            {"heading": hint.heading, "column": hint.column.name, "similarity": round(hint.similarity, 2)}
            for hint in finding.suggestions.values()
        ]
        strangers: tuple[str, ...] = finding.strangers
        if self.contract.has_persons and batch_id is None:
            # a file without a header has somebody's data in its place
            strangers = tuple(hint.heading for hint in finding.suggestions.values())
        self.connection.execute(
            "insert into landing.received_header (department_id, feed_id, contract_id, source_name, batch_id, columns,"
            " unknown_columns, missing_columns, lost_columns, suggestions) values (%s, %s, %s, %s, %s, %s, %s, %s, %s,"
            " %s)",
            (self.department_id, self.feed.id, self.contract.id, mask_identity_numbers(source_name), batch_id,
             list(finding.recognised),
             [mask_identity_numbers(heading) for heading in strangers],
             [name for name in finding.missing if name in required], [column.name for column in lost], Jsonb(hints)),
        )  # fmt: skip

    def _gone(self, finding: HeaderFinding) -> list[Column]:
        found = self.connection.execute(
            "select columns from landing.received_header where department_id = %s and feed_id = %s"
            " and contract_id = %s and batch_id is not null order by header_id desc limit 1",
            (self.department_id, self.feed.id, self.contract.id),
        ).fetchone()
        before = found[0] if found else []
        gone = [self.contract.column(name) for name in finding.missing if name in before]
        return [column for column in gone if not column.personal and self._held_values(column)]

    def _held_values(self, column: Column) -> bool:
        query = sql.SQL(
            "select exists (select 1 from {} as row join landing.batch as batch using (batch_id)"
            " where batch.department_id = %s and batch.feed_id = %s and btrim(row.{}) <> '')"
        ).format(sql.Identifier("landing", self.contract.id), sql.Identifier(column.name))
        found = self.connection.execute(query, (self.department_id, self.feed.id)).fetchone()
        return bool(found and found[0])


def _renamed(column: Column, hint: Suggestion) -> str:
    return (
        f"列“{column.label}”此前有值，本次没有{hint}。请恢复列名，或在部门文件中写明"
        f"（give it its name back, or say in the department's file）：headers: {{{hint.heading}: {column.name}}}；"
        f"若不是同一列（if it is another column）：headers: {{{hint.heading}: null}}"
    )
