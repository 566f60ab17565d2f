"""A warehouse that evaluates a world day by day, as the daily runs do, beside a full evaluation and the oracle."""

from datetime import date, datetime
from pathlib import Path

import psycopg

from credit_grading.evaluation.difference import Difference, differences
from credit_grading.evaluation.run import follows_run, open_run
from credit_grading.evaluation.workspace import Workspace
from credit_grading.rulebook.load import load_rulebooks
from credit_grading.transform.dbt import run_dbt
from credit_grading.transform.layers import selection
from tests.oracle.compare import same
from tests.oracle.rules import Rulebook
from tests.oracle.scorer import Oracle
from tests.oracle.warehouse import create_records, fill_records, read_results, rows
from tests.oracle.worlds import World


class Daily:
    """`connection`: to a prepared warehouse; `folder`: where the rulebooks of the worlds are written."""

    def __init__(self, connection: psycopg.Connection, folder: Path) -> None:
        self.connection = connection
        self.folder = folder
        create_records(connection)

    def receive(self, world: World) -> None:
        """What reached us until then: rulebooks, which stay loaded, and records."""
        self.folder.mkdir(exist_ok=True)
        for name, text in world.rulebooks.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        load_rulebooks(self.connection, self.folder)
        fill_records(self.connection, world.records)

    def open(self, as_of: date, knowledge_at: datetime, **options: bool) -> dict:
        """Open a run; returns its row of the ledger."""
        run_id = open_run(self.connection, as_of, knowledge_at=knowledge_at, **options)
        [row] = rows(self.connection, f"select * from evaluation.run where run_id = {run_id}")
        return row

    def evaluate(self) -> None:
        """As the scheduler's task does it: rules and views only where every subject is evaluated."""
        run_dbt("run", *selection("evaluation", with_seeds=False, with_rules=not follows_run(self.connection)))

    def day(self, world: World, **options: bool) -> dict:
        """Receive a world and evaluate it; returns the run."""
        self.receive(world)
        run = self.open(world.as_of, world.knowledge_at, **options)
        self.evaluate()
        return run

    def touched(self) -> set[str]:
        return {key for (key,) in self.connection.execute("select subject_key from evaluation.touched_subject")}

    def subjects(self) -> set[str]:
        return {key for (key,) in self.connection.execute("select subject_key from thematic.credit_record")}

    def beside_full(self, as_of: date, knowledge_at: datetime) -> list[Difference]:
        """Where the results differ from those of evaluating every subject."""
        workspace = Workspace(self.connection, "full")
        workspace.create()
        workspace.open_run(as_of, knowledge_at)
        workspace.evaluate()
        return differences(self.connection, "evaluation", workspace.schema("evaluation"))

    def check(self, world: World) -> int:
        """Demand the results of a full evaluation and of the oracle; returns the number of grades."""
        unequal = self.beside_full(world.as_of, world.knowledge_at)
        assert not unequal, "not as a full evaluation gives it: " + "; ".join(map(str, unequal[:5]))
        return as_the_oracle(self.connection, world)


def as_the_oracle(connection: psycopg.Connection, world: World, schema: str = "evaluation") -> int:
    """Demand the oracle's results of one evaluation; returns the number of grades."""
    found = read_results(connection, schema)
    books = [Rulebook(text) for text in world.rulebooks.values()]
    oracle = Oracle(books, world.records, world.as_of, world.knowledge_at)
    expected = oracle.grade_all()
    assert set(found) == set(expected), "different subjects are graded"
    for key, graded in expected.items():
        wrong = same(oracle.books[key[0]], graded, found[key])
        assert not wrong, f"{key} on {world.as_of}: {'; '.join(wrong)}"
    return len(expected)
