"""Evaluating beside the current results: schemas of its own for runs, rulebooks and results.

A workspace reads the same records as everybody and writes nothing that is published or will be. It is how a past day
is graded again, a draft is tried, and a sample of today's results is checked.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import LiteralString

import psycopg
from psycopg import sql

from credit_grading.rulebook.document import Document
from credit_grading.rulebook.load import write_rulebook
from credit_grading.transform.dbt import NodeResult, run_dbt
from credit_grading.warehouse.prepare import SCHEMA_FOLDER
from credit_grading.warehouse.session_lock import hold

# Files of the warehouse's schema that a workspace has a copy of.
COPIED = {"rulebook": "30_rulebook.sql", "evaluation": "40_evaluation.sql"}
# with the workspace's name: one command at a time works in it; any number that nobody else uses
LOCK = 7_220_121


class WorkspaceBusy(RuntimeError):
    """Somebody else works in this workspace now."""


class Workspace:
    """Schemas ``evaluation_<name>`` and ``rulebook_<name>``; `create` makes them anew, `evaluate` fills them."""

    def __init__(self, connection: psycopg.Connection, name: str) -> None:
        """`connection`: autocommit, to a prepared warehouse; `name`: small letters, digits and underscores."""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ValueError(f"a workspace is named with small letters, digits and underscores, not '{name}'")
        self.connection = connection
        self.name = name
        self.suffix = f"_{name}"

    def schema(self, room: str) -> str:
        """The workspace's own name of schema ``evaluation`` or ``rulebook``."""
        return room + self.suffix

    def create(self) -> None:
        """Empty schemas, with a copy of every loaded rulebook under the same numbers.

        The workspace belongs to this connection until it closes. Raises WorkspaceBusy where it is another's.
        """
        self._lock()
        with self.connection.transaction():
            self.connection.execute("set local client_min_messages = warning")
            self._drop()
            for room, file in COPIED.items():
                text = (SCHEMA_FOLDER / file).read_text(encoding="utf-8")
                statements = re.sub(rf"\b{room}(?=[.;])", self.schema(room), text)
                self.connection.execute(statements.encode())
            for table, columns in self._rulebook_tables().items():
                self.connection.execute(
                    sql.SQL("insert into {} ({columns}) overriding system value select {columns} from {}").format(
                        sql.Identifier(self.schema("rulebook"), table),
                        sql.Identifier("rulebook", table),
                        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                    )
                )
            # what is loaded into the workspace later takes numbers after the copied ones
            target = sql.Identifier(self.schema("rulebook"), "target")
            self.connection.execute(
                sql.SQL(
                    "select setval(pg_get_serial_sequence({}, 'target_no'), coalesce(max(target_no), 0) + 1, false)"
                    " from {}"
                ).format(sql.Literal(target.as_string(self.connection)), target)
            )

    def _lock(self) -> None:
        if not hold(self.connection, LOCK, self.name):
            raise WorkspaceBusy(
                f"工作区 {self.name} 正在使用 workspace '{self.name}' is in use: wait for the other command to end"
            )

    def _rulebook_tables(self) -> dict[str, list[str]]:
        # in the order in which they were made: a table refers only to tables before it
        rows = self.connection.execute(
            "select relname::text, array_agg(attname::text order by attnum) from pg_class"
            " inner join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped"
            " where relnamespace = 'rulebook'::regnamespace and relkind = 'r'"
            " group by pg_class.oid order by pg_class.oid"
        ).fetchall()
        return dict(rows)

    def drop(self) -> None:
        """Remove the workspace with everything in it. Raises WorkspaceBusy where it is another's."""
        self._lock()
        with self.connection.transaction():
            self.connection.execute("set local client_min_messages = warning")
            self._drop()

    def _drop(self) -> None:
        for room in COPIED:
            self.connection.execute(
                sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(self.schema(room)))
            )

    def apply_version(self, rulebook_id: str, version: str, as_of: date) -> None:
        """Let one loaded version apply on `as_of`, whatever its dates say. Raises LookupError where there is none."""
        table = sql.Identifier(self.schema("rulebook"), "rulebook")
        changed = self.connection.execute(
            sql.SQL(
                "update {} set in_force_from = least(in_force_from, %(as_of)s), in_force_until = null,"
                " until_known_from = null, loaded_at = '-infinity'"
                " where rulebook_id = %(rulebook_id)s and version = %(version)s"
            ).format(table),
            {"rulebook_id": rulebook_id, "version": version, "as_of": as_of},
        )
        if changed.rowcount == 0:
            raise LookupError(
                f"评价模型 {rulebook_id} 没有版本 {version} no version {version} of rulebook {rulebook_id} is loaded"
            )
        self._remove("rulebook_id = %s and version <> %s", rulebook_id, version)

    def put_rulebook(self, document: Document, stage: int, as_of: date) -> None:
        """Let a checked rulebook apply on `as_of` in the place of every version of it."""
        data = document.data
        self._remove("rulebook_id = %s", data["id"])
        write_rulebook(self.connection, document, stage, self.schema("rulebook"))
        self.apply_version(data["id"], data["version"], as_of)

    def keep_rulebooks(self, rulebooks: Collection[str], stages: Mapping[str, int]) -> None:
        """Forget every rulebook but these, and give them their stages: whoever is read comes before its readers."""
        self._remove("rulebook_id <> all(%s)", list(rulebooks))
        table = sql.Identifier(self.schema("rulebook"), "rulebook")
        for rulebook_id, stage in stages.items():
            self.connection.execute(
                sql.SQL("update {} set stage = %s where rulebook_id = %s").format(table), (stage, rulebook_id)
            )

    def _remove(self, condition: LiteralString, *parameters: object) -> None:
        for name in reversed(self._rulebook_tables()):
            table = sql.Identifier(self.schema("rulebook"), name)
            self.connection.execute(sql.SQL("delete from {} where ").format(table) + sql.SQL(condition), parameters)

    def open_run(
        self,
        as_of: date,
        knowledge_at: datetime,
        rulebooks_at: datetime | None = None,
        subjects: Sequence[str] | None = None,
    ) -> None:
        """Say what is to be evaluated: day, both clocks, and the subjects (None = every subject)."""
        schema = self.schema("evaluation")
        with self.connection.transaction():
            if subjects is not None:
                self.connection.execute(
                    sql.SQL("insert into {} select unnest(%s::text[])").format(sql.Identifier(schema, "given_subject")),
                    (list(subjects),),
                )
            self.connection.execute(
                sql.SQL(
                    "insert into {} (as_of, knowledge_at, rulebooks_at, mode, mode_reason) values (%s, %s, %s, %s, %s)"
                ).format(sql.Identifier(schema, "run")),
                (as_of, knowledge_at, rulebooks_at, "full" if subjects is None else "given", "workspace"),
            )

    def evaluate(self) -> list[NodeResult]:
        """Build the evaluation of the run that was opened last. Raises DbtFailed."""
        return run_dbt("run", "--select", "path:models/evaluation", workspace=self.suffix)
