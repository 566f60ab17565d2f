"""How many rows each check has to look at: a check on nothing must not pass unnoticed."""

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from psycopg import sql

from credit_grading.gate.suites import Check, Suite


@dataclass(frozen=True)
class Count:
    """Rows to look at, or the problem that keeps a check from being answered."""

    rows: int | None
    problem: str | None = None


class Counts:
    """Denominators of all checks, counted once per table and once per denominator query.

    Args:
        connection: an autocommit connection: one broken query must not spoil the others.
    """

    def __init__(self, connection: psycopg.Connection, suites: Iterable[Suite]) -> None:
        self._connection = connection
        self._tables: dict[str, Count] = {}
        self._due: dict[str, bool | Count] = {}
        for suite in suites:
            self._tables[suite.table] = self._table(suite.table)
            self._due[suite.table] = self._rows_due(suite)

    def of(self, suite: Suite, check: Check) -> Count:
        """The denominator of one check; zero is a problem unless nothing is due."""
        table, due = self._tables[suite.table], self._due[suite.table]
        if table.problem:
            return table
        if isinstance(due, Count):
            return due
        counted = self._query(check.denominator_query, suite.table) if check.denominator_query else table
        if counted.rows == 0 and due and not check.may_be_empty:
            return Count(0, "没有任何一行可供检验，而此处应当有数据")
        return counted

    def _table(self, table: str) -> Count:
        found = self._connection.execute("select to_regclass(%s) is not null", (table,)).fetchone()
        if not found or not found[0]:
            return Count(None, f"表 {table} 不存在")
        return self._query("select count(*) from {batch}", table)

    def _rows_due(self, suite: Suite) -> bool | Count:
        if suite.rows_due_when is None:
            return True
        answer = self._query(suite.rows_due_when, suite.table)
        return answer if answer.problem else bool(answer.rows)

    def _query(self, query: str, table: str) -> Count:
        text = query.replace("{batch}", sql.Identifier(*table.split(".")).as_string(self._connection))
        try:
            row = self._connection.execute(text.encode()).fetchone()
        except psycopg.Error as error:
            return Count(None, f"分母查询出错：{error.diag.message_primary or error}")
        return Count(int(row[0])) if row and row[0] is not None else Count(None, "分母查询没有返回数值")
