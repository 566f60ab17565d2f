"""A run over what changed gives what a run over everybody gives, and what the oracle says."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from credit_grading.evaluation.run import set_state
from credit_grading.transform.dbt import DbtFailed
from tests.oracle.later_worlds import later_world
from tests.oracle.worlds import World, random_world
from tests.sql.daily import Daily

NOTHING_HELD = "the tables hold no finished run"


@pytest.fixture
def daily(warehouse: psycopg.Connection, tmp_path: Path) -> Daily:
    return Daily(warehouse, tmp_path / "rulebooks")


def steady(world: World) -> World:
    """The same world under rulebooks that neither begin nor end."""
    always = {"in_force": {"from": date(1900, 1, 1), "until": None}}
    return replace(world, books=[book | always for book in world.books if book["version"] == "1"])


def in_force(world: World) -> set[tuple[str, str]]:
    return {
        (book["id"], book["version"])
        for book in world.books
        if book["in_force"]["from"] <= world.as_of and world.as_of < (book["in_force"]["until"] or date.max)
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_three_days_in_a_row(daily: Daily, seed: int) -> None:
    world = steady(random_world(seed, subjects=30))
    run = daily.day(world)
    assert (run["mode"], run["mode_reason"]) == ("full", NOTHING_HELD)
    assert daily.check(world) > 0
    for day in range(3):
        earlier, world = run, steady(later_world(10 * seed + day, world))
        run = daily.day(world)
        assert (run["mode"], run["follows_run_id"], run["mode_reason"]) == ("touched", earlier["run_id"], None)
        assert daily.touched()
        assert daily.touched() < daily.subjects(), "everybody was evaluated: nothing was tried"
        assert daily.check(world) > 0


def test_another_version_in_force_is_a_run_over_everybody(daily: Daily) -> None:
    world = random_world(1, subjects=40)
    daily.day(world)
    modes = set()
    for day in range(4):
        before, world = in_force(world), later_world(day, world)
        run = daily.day(world)
        expected = "touched" if in_force(world) == before else "full"
        assert run["mode"] == expected
        assert run["mode_reason"] == (None if expected == "touched" else "another version of a rulebook is in force")
        modes.add(expected)
        assert daily.check(world) > 0
    assert modes == {"full", "touched"}


def test_a_version_that_was_loaded_or_closed_since_counts_from_its_day(daily: Daily) -> None:
    world = steady(random_world(2, subjects=40))
    daily.day(world)
    day = world.as_of + timedelta(days=10)
    first, others = world.books[0], world.books[1:]
    closed = first | {"in_force": {"from": date(1900, 1, 1), "until": day}}
    second = first | {"version": "2", "in_force": {"from": day, "until": None}}
    world = replace(world, books=[closed, second, *others], as_of=day - timedelta(days=1))
    assert daily.day(world)["mode"] == "touched"
    # nobody was evaluated for it, yet everybody hears of it
    assert daily.check(world) > 0
    world = replace(world, as_of=day)
    assert daily.day(world)["mode_reason"] == "another version of a rulebook is in force"
    assert daily.check(world) > 0
    # one that has been in force for long and was loaded only now; two days without any run
    world = replace(world, books=[*world.books, second | {"id": "random_late", "version": "1"}])
    world = replace(world, as_of=day + timedelta(days=3))
    assert daily.day(world)["mode_reason"] == "another version of a rulebook is in force"
    assert daily.check(world) > 0
    world = replace(world, as_of=day + timedelta(days=6))
    assert daily.day(world)["mode"] == "touched"
    assert daily.touched() < daily.subjects()
    assert daily.check(world) > 0


def test_time_alone(daily: Daily) -> None:
    world = steady(random_world(3, subjects=30))
    daily.day(world)
    moved = set()
    for days in (0, 1, 29, 365):
        world = replace(world, as_of=world.as_of + timedelta(days=days))
        assert daily.day(world)["mode"] == "touched"
        moved |= daily.touched()
        assert daily.touched() < daily.subjects()
        assert days > 0 or not daily.touched(), "the same day with the same records touches nobody"
        assert daily.check(world) > 0
    assert moved


def crash(daily: Daily, model: str) -> None:
    """Let the evaluation fail half-way: a model's table cannot be written."""
    kept = daily.connection
    kept.execute(
        b"create function pg_temp_fail() returns trigger language plpgsql as $$ begin raise 'disk full'; end $$"
    )
    kept.execute(
        f"create trigger fail before insert on evaluation.{model}"
        " for each statement execute function pg_temp_fail()".encode()
    )
    with pytest.raises(DbtFailed, match="disk full"):
        daily.evaluate()
    kept.execute("drop function pg_temp_fail() cascade")


@pytest.mark.parametrize("model", ["subject_total", "decided_grade"])
def test_a_run_that_crashed_is_finished_by_its_retry(daily: Daily, model: str) -> None:
    first = steady(random_world(4, subjects=30))
    daily.day(first)
    world = steady(later_world(4, first))
    daily.receive(world)
    run = daily.open(world.as_of, world.knowledge_at)
    assert run["mode"] == "touched"
    crash(daily, model)
    assert daily.beside_full(world.as_of, world.knowledge_at), "nothing changed: nothing was tried"
    daily.evaluate()
    assert daily.check(world) > 0
    # and the run after it follows it
    later = steady(later_world(5, world))
    assert daily.day(later)["follows_run_id"] == run["run_id"]
    assert daily.check(later) > 0


def test_after_a_crash_another_run_evaluates_everybody(daily: Daily) -> None:
    world = steady(random_world(5, subjects=30))
    daily.day(world)
    world = steady(later_world(5, world))
    daily.receive(world)
    daily.open(world.as_of, world.knowledge_at)
    crash(daily, "score")
    run = daily.day(steady(later_world(6, world)))
    assert (run["mode"], run["mode_reason"]) == ("full", NOTHING_HELD)


def test_what_a_run_cannot_follow(daily: Daily) -> None:
    world = steady(random_world(6, subjects=10))
    held = daily.day(world)
    yesterday, earlier = world.as_of - timedelta(days=1), world.knowledge_at - timedelta(seconds=1)
    reasons = [
        daily.open(yesterday, world.knowledge_at)["mode_reason"],
        daily.open(world.as_of, earlier)["mode_reason"],
        daily.open(world.as_of, world.knowledge_at, every_subject=True)["mode_reason"],
    ]
    assert reasons == [
        "the day lies before that of the run that the tables hold",
        "less is known than in the run that the tables hold",
        "asked for",
    ]
    # runs that were opened and never evaluated are no one's predecessors
    run = daily.open(world.as_of, world.knowledge_at)
    assert (run["mode"], run["follows_run_id"]) == ("touched", held["run_id"])
    daily.connection.execute("update evaluation.run set engine_hash = 'other' where run_id = %s", (held["run_id"],))
    assert daily.open(world.as_of, world.knowledge_at)["mode_reason"] == "the evaluation itself has changed"
    set_state(daily.connection, run["run_id"] + 1, "refused")
