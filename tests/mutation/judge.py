"""Whether a test turns red: the unit tests of the models that are broken, then random worlds beside the oracle."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tests.mutation.operators import Mutant
from tests.mutation.plain_worlds import plain_world
from tests.mutation.project import BrokenProject
from tests.oracle.compare import same
from tests.oracle.grading import Graded
from tests.oracle.later_worlds import later_world
from tests.oracle.rules import Rulebook
from tests.oracle.scorer import Oracle
from tests.oracle.warehouse import RULES_KNOWN_FROM, fill_records, read_results
from tests.oracle.worlds import World, random_world

# What the server says of SQL that is no SQL any more: such a mutant shows nothing about the tests.
STILLBORN = re.compile(
    r"syntax error|must appear in the GROUP BY|operator does not exist|argument of \S+ must be type"
    r"|types \S+ and \S+ cannot be matched|could not be found|is ambiguous|function .* does not exist"
)
SUBJECTS = 60


@dataclass(frozen=True)
class Verdict:
    """`kind`: unit test, oracle, survived or stillborn; `by`: what turned red."""

    kind: str
    by: str = ""


@dataclass(frozen=True)
class Day:
    """A world, and what the oracle expects of it."""

    world: World
    books: dict[str, Rulebook]
    expected: dict[tuple[str, str, str], Graded]


def day(world: World) -> Day:
    books = [Rulebook(text) for text in world.rulebooks.values()]
    oracle = Oracle(books, world.records, world.as_of, world.knowledge_at)
    return Day(world, oracle.books, oracle.grade_all())


class Judge:
    """`connection`: to a prepared warehouse with the tables of the evaluation, which dbt is pointed at."""

    def __init__(self, connection: psycopg.Connection, project: BrokenProject, seeds: list[int]) -> None:
        self.connection = connection
        self.project = project
        self.days: list[tuple[Day, Day]] = []
        for seed in seeds:
            for world in (random_world(seed, subjects=SUBJECTS), plain_world(seed, subjects=SUBJECTS)):
                self.days.append((day(world), day(later_world(seed, world))))

    def judge(self, mutant: Mutant) -> Verdict:
        with self.project.broken(mutant) as models:
            return self.verdict(models)

    def verdict(self, models: list[str]) -> Verdict:
        """What the project as it now is shows."""
        red = self.unit_tests(models)
        if red is not None:
            return red
        for first, later in self.days:
            try:
                if wrong := self.evaluate(first, follows=False) or self.evaluate(later, follows=True):
                    return Verdict("oracle", wrong)
            except Exception as error:  # whatever stops an evaluation, it did not pass
                return stopped("oracle", str(error))
        return Verdict("survived")

    def unit_tests(self, models: list[str]) -> Verdict | None:
        """The first unit test that turns red; None = none does, or no model of the evaluation is broken."""
        if not models:
            return None
        selected = " ".join(f"{model},test_type:unit" for model in models).split()
        try:
            with quiet():
                self.dbt("test", "--no-populate-cache", "--fail-fast", "--select", *selected)
        except DbtStopped as stop:
            return stopped("unit test", str(stop))
        return None

    def evaluate(self, part: Day, *, follows: bool) -> str:
        """Evaluate a day; everybody, or whoever something happened to since. Returns the first difference."""
        from credit_grading.evaluation.run import open_run

        self.receive(part.world, keep=follows)
        open_run(self.connection, part.world.as_of, knowledge_at=part.world.knowledge_at, every_subject=not follows)
        with quiet():
            self.dbt("run", "--select", "path:models/evaluation")
        found = read_results(self.connection)
        if set(found) != set(part.expected):
            return f"{len(found)} grades instead of {len(part.expected)}"
        for key, graded in part.expected.items():
            if wrong := same(part.books[key[0]], graded, found[key]):
                return f"{key[0]}: {wrong[0]}"
        return ""

    def receive(self, world: World, *, keep: bool) -> None:
        """Load a world's records and rulebooks; those loaded before stay, or go."""
        from credit_grading.rulebook.load import load_rulebooks

        fill_records(self.connection, world.records)
        if not keep:
            self.connection.execute("truncate rulebook.rulebook cascade")
        with TemporaryDirectory() as folder:
            for name, text in world.rulebooks.items():
                (Path(folder) / name).write_text(text, encoding="utf-8")
            load_rulebooks(self.connection, Path(folder))
        self.connection.execute("update rulebook.rulebook set loaded_at = %s", (RULES_KNOWN_FROM,))
        self.connection.execute(
            "update rulebook.rulebook set until_known_from = %s where in_force_until is not null", (RULES_KNOWN_FROM,)
        )

    def dbt(self, *arguments: str) -> None:
        """Run dbt on the project as it now is. Raises DbtStopped with what failed."""
        from dbt.cli.main import dbtRunner

        from credit_grading.transform.dbt import target_folder

        folder, target = str(self.project.folder), target_folder()
        options = ["--project-dir", folder, "--profiles-dir", folder, "--target-path", str(target)]
        outcome = dbtRunner(manifest=self.project.manifest).invoke(
            ["--quiet", "--no-use-colors", "--no-write-json", "--log-path", str(target / "logs"), "--log-level-file",
             "none", *arguments, *options]
        )  # fmt: skip
        results = getattr(outcome.result, "results", None) or []
        bad = [one for one in results if str(one.status) in ("error", "fail", "runtime error")]
        if bad:
            raise DbtStopped(f"{bad[0].node.name}: {bad[0].message}")
        if not outcome.success:
            raise DbtStopped(f"dbt {arguments[0]}: {outcome.exception}")


class DbtStopped(RuntimeError):
    """A model or a unit test failed, or dbt did not get that far."""


def stopped(kind: str, message: str) -> Verdict:
    lines = message.strip().splitlines() or [""]
    return Verdict("stillborn" if STILLBORN.search(message) else kind, lines[0][:100])


@contextmanager
def quiet() -> Iterator[None]:
    """dbt prints every failure in full; here most runs fail, and should."""
    with redirect_stdout(StringIO()):
        yield
