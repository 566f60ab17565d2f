"""Drafts of random rulebooks: facets, chains, redistributing groups, limits, conditions, crosswalks, missing data."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres
from credit_grading.what_if.trial import run_trial
from tests.oracle.grading import Graded
from tests.oracle.rules import Rulebook
from tests.oracle.scorer import Key, Oracle
from tests.oracle.world_texts import to_yaml
from tests.oracle.worlds import World, random_world
from tests.sql.daily import Daily
from tests.sql.trials import amended, shaken_flips, table

SEEDS = (7,)
DRAFTED = ("random_a", "random_b", "random_d", "random_g")
DRAWS, NOISE, SEED = 2, Decimal(20), 7
ALWAYS = {"in_force": {"from": date(1900, 1, 1), "until": None}}


@dataclass
class Tried:
    """A trial of drafts in a random world, and that world under the drafts."""

    connection: psycopg.Connection
    trial_id: int
    world: World
    drafted: World

    @cached_property
    def before(self) -> dict[Key, Graded]:
        return as_graded(self.world)

    @cached_property
    def after(self) -> dict[Key, Graded]:
        return as_graded(self.drafted)


def as_graded(world: World) -> dict[Key, Graded]:
    books = [Rulebook(text) for text in world.rulebooks.values()]
    return Oracle(books, world.records, world.as_of, world.knowledge_at).grade_all()


def tried(connection: psycopg.Connection, folder: Path, seed: int) -> Tried:
    random = Random(seed)
    world = random_world(seed, subjects=40)
    world = replace(world, books=[book | ALWAYS for book in world.books if book["version"] == "1"])
    Daily(connection, folder / "rulebooks").day(world)
    drafts = {book["id"]: amended(random, book) for book in world.books if book["id"] in DRAFTED}
    files = [folder / f"{name}@9.yml" for name in drafts]
    for file, draft in zip(files, drafts.values(), strict=True):
        file.write_text(to_yaml(draft), encoding="utf-8")
    with psycopg.connect(connection.info.dsn, password=connection.info.password, autocommit=True) as desk:
        trial_id = run_trial(desk, files, draws=DRAWS, noise_percent=NOISE, seed=SEED, folder=folder / "rulebooks")
    return Tried(
        connection, trial_id, world, replace(world, books=[drafts.get(book["id"], book) for book in world.books])
    )


@pytest.fixture(scope="module", params=SEEDS)
def trial(
    request: pytest.FixtureRequest, cluster: EmbeddedPostgres, prepared_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Tried]:  # fmt: skip
    name = f"what_if_world_{request.param}"
    cluster.create_database(name, template=prepared_template)
    with pytest.MonkeyPatch.context() as patch, psycopg.connect(cluster.url(name), autocommit=True) as connection:
        patch.setenv(VARIABLE, cluster.url(name))
        yield tried(connection, tmp_path_factory.mktemp("world"), request.param)


def test_everybody_is_counted_as_the_oracle_grades(trial: Tried) -> None:
    concerned = {row["rulebook_id"]: row["is_draft"] for row in table(trial.connection, "rulebook", trial.trial_id)}
    assert {name for name, is_draft in concerned.items() if is_draft} == set(DRAFTED)
    assert "random_e" in concerned, "it reads drafts"
    before, after = trial.before, trial.after
    expected: Counter[tuple[Any, ...]] = Counter(
        (key[0], before[key].grade, before[key].city_grade, after[key].grade, after[key].city_grade,
         direction(trial, key, before[key], after[key]))
        for key in before
        if key[0] in concerned
    )  # fmt: skip
    names = ("rulebook_id", "grade_before", "city_grade_before", "grade_after", "city_grade_after", "direction")
    found = Counter(
        {tuple(row[name] for name in names): row["subjects"]
         for row in table(trial.connection, "migration", trial.trial_id)}
    )  # fmt: skip
    assert found == expected
    assert {"same", "up", "down"} <= {key[-1] for key in found}


def direction(trial: Tried, key: Key, before: Graded, after: Graded) -> str:
    if (before.grade, before.city_grade) == (after.grade, after.city_grade):
        return "same"
    if None in (before.grade, after.grade) or (before.city_grade is None) != (after.city_grade is None):
        return "other"
    if before.city_grade != after.city_grade:
        return "up" if after.city_grade < before.city_grade else "down"
    [book] = [book for book in trial.drafted.books if book["id"] == key[0]]
    names = [band["grade"] for band in book["grades"]]
    return "up" if names.index(after.grade) < names.index(before.grade) else "down"


def test_reasons_sum_to_the_change_and_nobody_moves_without_one(trial: Tried) -> None:
    before, after = trial.before, trial.after
    kinds: Counter[str] = Counter()
    scored = {book["id"] for book in trial.world.books if "score" in book}
    for row in table(trial.connection, "mover", trial.trial_id):
        key = (row["rulebook_id"], row["subject_key"], row["facet"])
        reasons = row["reasons"]
        kinds.update(reason["kind"] for reason in reasons)
        assert reasons
        if key[0] in scored:
            changes = [Decimal(str(reason["change"])) for reason in reasons if "change" in reason]
            assert float(sum(changes)) == pytest.approx(float(after[key].score - before[key].score), abs=1e-9)
        for status in [reason for reason in reasons if reason["kind"] == "status"]:
            assert (status["before"], status["after"]) == (before[key].status, after[key].status)
    assert {"status", "cut_off", "start", "level"} <= set(kinds), kinds


@pytest.mark.parametrize("side", ["before", "after"])
def test_shaken_weights_flip_whom_the_oracle_flips(trial: Tried, side: str) -> None:
    world, graded = (trial.world, trial.before) if side == "before" else (trial.drafted, trial.after)
    rows = [row for row in table(trial.connection, "sensitivity", trial.trial_id) if row["side"] == side]
    counted = 0
    for row in (row for row in rows if row["grade"] is None):
        held = {key: one for key, one in graded.items() if key[0] == row["rulebook_id"] and one.grade is not None}
        assert row["subjects"] == len(held)
        flips = shaken_flips(trial.connection, world, held, draws=DRAWS, seed=SEED, percent=NOISE)
        for way in ("up", "down"):
            expected = sum(times for (_, where), times in flips.items() if where == way)
            assert row[f"flips_{way}"] == expected, f"{row['rulebook_id']} {way}"
        assert row["subjects_flipped"] == len({key for key, _ in flips})
        counted += row["flips_up"] + row["flips_down"]
        parts = [one for one in rows if one["rulebook_id"] == row["rulebook_id"] and one["grade"] is not None]
        for column in ("subjects", "flips_up", "flips_down", "subjects_flipped"):
            assert sum(one[column] for one in parts) == row[column]
    assert counted > 0
