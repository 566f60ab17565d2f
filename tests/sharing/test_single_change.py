"""The smallest single change that the SQL names is the one that the oracle finds by trying them all."""

from collections import Counter
from pathlib import Path

import psycopg
import pytest

from credit_grading.transform.dbt import run_dbt
from tests.oracle.rules import read_rulebooks
from tests.oracle.scorer import Oracle
from tests.oracle.warehouse import evaluate, exact, rows
from tests.oracle.worlds import random_world
from tests.sharing.single_changes import Change, added, begins_a_lasting_limit_today, ended, rank_of
from tests.sql.test_evaluation_oracle import lay_out

MODELS = ("path:models/sharing/single_change", "candidate_single_change")


@pytest.mark.parametrize("seed", [1, 3, 5])
def test_the_smallest_change_is_found_exactly(warehouse: psycopg.Connection, tmp_path: Path, seed: int) -> None:
    world = random_world(seed, subjects=60)
    folder = lay_out(world, tmp_path / "rulebooks")
    evaluate(warehouse, folder, world.records, world.as_of, world.knowledge_at)
    run_dbt("seed", "--select", "catalogue_item")
    run_dbt("run", "--select", *MODELS)
    found = {}
    for row in rows(warehouse, "select * from candidate.single_change"):
        if row["kind"] != "upstream_score":
            found[row["rulebook_id"], row["subject_key"], row["facet"], row["direction"]] = row
    grades = {
        (row["rulebook_id"], row["subject_key"], row["facet"]): (exact(row["score"]), row["grade"])
        for row in rows(warehouse, "select * from evaluation.grade")
    }
    oracle = Oracle(read_rulebooks(folder), world.records, world.as_of, world.knowledge_at)
    seen: Counter[str] = Counter()
    for key, graded in oracle.grade_all().items():
        book = oracle.books[key[0]]
        assert grades[key] == (graded.score, graded.grade), f"{key}: the evaluation itself differs"
        rank = rank_of(book, graded)
        if rank is None:
            assert (*key, "up") not in found
            assert (*key, "down") not in found
            continue
        if not begins_a_lasting_limit_today(oracle, key):
            better = [change for change in ended(oracle, key) if change.rank < rank]
            best = min(better, key=lambda change: (change.difference, change.name), default=None)
            compare(found.get((*key, "up")), best, book)
            seen["up", graded.status, best is not None] += 1
        worse = [change for change in added(oracle, key) if change.rank > rank]
        nearest = min(worse, key=lambda change: (change.rank, change.difference, change.name), default=None)
        compare(found.get((*key, "down")), nearest, book)
        seen["down", graded.status, nearest is not None] += 1
    for direction in ("up", "down"):
        assert seen[direction, "by_score", True] > 5, seen
        assert seen[direction, "by_score", False] > 5, seen


def compare(row: dict | None, expected: Change | None, book) -> None:
    if row is None or expected is None:
        assert (row, expected) == (None, None), f"{book.id}: SQL {row}, oracle {expected}"
        return
    name = row["record"]["record_key"] if row["kind"] == "record_ends" else "·".join(
        (row["catalogue_item_id"], row["behaviour_code"], row["severity"])
    )  # fmt: skip
    band = book.grades[expected.rank]
    wanted = (expected.name, expected.score, band["grade"])
    assert (name, exact(row["score"]), row["grade"]) == wanted, (book.id, row, expected)
    city_grade = None if band["city_grade"] in ("null", "~", "") else band["city_grade"]
    assert row["city_grade"] == city_grade
