"""Every rulebook says what its worked examples say: by the oracle, and by the SQL on a real Postgres."""

import shutil
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

from tests.oracle.compare import same
from tests.oracle.rules import read_rulebooks
from tests.oracle.scorer import Oracle
from tests.oracle.warehouse import evaluate, read_results
from tests.oracle.worked_examples import Example, read_examples, rulebook_files, view_of_oracle, view_of_sql

KNOWLEDGE_AT = datetime(2100, 1, 1, tzinfo=UTC)
AT_LEAST = 2

BY_DAY: dict[date, list[Example]] = defaultdict(list)
for one in read_examples():
    BY_DAY[one.as_of].append(one)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default rulebooks and the published library in one folder."""
    folder = tmp_path_factory.mktemp("rulebooks")
    for file in rulebook_files().values():
        shutil.copy(file.path, folder)
    return folder


def oracle_of(day: date, shelf: Path) -> Oracle:
    records = [record for example in BY_DAY[day] for record in example.records]
    return Oracle(read_rulebooks(shelf), records, day, KNOWLEDGE_AT)


def test_every_rulebook_has_worked_examples() -> None:
    files = rulebook_files()
    assert files
    examples = Counter(Path(example.file).stem for day in BY_DAY.values() for example in day)
    too_few = sorted(stem for stem in files if examples[stem] < AT_LEAST)
    assert not too_few, f"fewer than {AT_LEAST} worked examples: {', '.join(too_few)}"
    assert not examples.keys() - files.keys(), "examples of no rulebook"


@pytest.mark.parametrize("day", sorted(BY_DAY), ids=str)
def test_the_oracle_agrees(day: date, shelf: Path) -> None:
    oracle = oracle_of(day, shelf)
    found = {key: view_of_oracle(graded) for key, graded in oracle.grade_all().items()}
    differences = [difference for example in BY_DAY[day] for difference in example.differences(found)]
    differences += [
        f"{example.file}, {example.title}: this version is not in force on {day}"
        for example in BY_DAY[day]
        if (book := oracle.books.get(example.file.partition("@")[0])) is None
        or f"{book.id}@{book.version}.yml" != example.file
    ]
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize("day", sorted(BY_DAY), ids=str)
def test_the_sql_agrees(day: date, shelf: Path, warehouse: psycopg.Connection) -> None:
    oracle = oracle_of(day, shelf)
    expected = oracle.grade_all()
    evaluate(warehouse, shelf, [one for example in BY_DAY[day] for one in example.records], day, KNOWLEDGE_AT)
    results = read_results(warehouse)
    found = {key: view_of_sql(row) for key, row in results.items()}
    differences = [difference for example in BY_DAY[day] for difference in example.differences(found)]
    assert set(found) == set(expected)
    for key, graded in expected.items():
        differences += [f"{key}: {one}" for one in same(oracle.books[key[0]], graded, results[key])]
    assert not differences, "\n".join(differences)
