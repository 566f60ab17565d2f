"""A past day is graded again as it was or as it is known now, and a publication comes out exactly as it was."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import psycopg
import pytest

from credit_grading import cli
from credit_grading.evaluation.command import CITY_TIME, known_at
from credit_grading.evaluation.regrade import NothingToRegrade, regrade, reproduce
from credit_grading.evaluation.workspace import Workspace, WorkspaceBusy
from credit_grading.publication.roll_back import roll_back
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.oracle.worlds import World
from tests.sql.daily import Daily, as_the_oracle
from tests.sql.landed import own_warehouse
from tests.sql.released import Released, release_twice, untouched

SCHEMA = "evaluation_regrade"


@pytest.fixture(scope="module")
def released(
    cluster: EmbeddedPostgres, prepared_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Released]:
    with own_warehouse(cluster, prepared_template, "released_world") as connection:
        yield release_twice(Daily(connection, tmp_path_factory.mktemp("released") / "rulebooks"))


@pytest.fixture
def desk(released: Released) -> Iterator[psycopg.Connection]:
    """A connection as a command has it: the workspace is its own until it closes."""
    with psycopg.connect(os.environ[VARIABLE], autocommit=True) as connection:
        yield connection


def at(world: World, as_of: date, moment: datetime) -> World:
    return replace(world, as_of=as_of, knowledge_at=moment)


def test_a_publication_is_reproduced_after_records_and_rules_changed(
    released: Released, desk: psycopg.Connection
) -> None:
    published = released.connection.execute("select count(*) from sharing.grade_change where publication_id = 1")
    with untouched(released.connection):
        first = reproduce(desk, 1)
    assert (first.different, first.differences, first.same_engine) == (0, (), True)
    assert first.grades == published.fetchone()[0] > 50
    assert (first.as_of, first.knowledge_at) == (released.first.as_of, released.first.knowledge_at)
    # with the rules and the records of then, although the spine holds later ones
    assert as_the_oracle(released.connection, released.first, SCHEMA) == first.grades
    assert reproduce(desk, 2).different == 0
    assert as_the_oracle(released.connection, released.second, SCHEMA) > 50


def test_a_published_grade_that_was_written_over_is_found(released: Released, desk: psycopg.Connection) -> None:
    connection = released.connection
    sequence, rulebook, subject, facet, score = connection.execute(
        "select sequence, rulebook_id, subject_key, facet, score from sharing.grade_change"
        " where publication_id = 1 and score is not null order by sequence limit 1"
    ).fetchone()
    connection.execute("update sharing.grade_change set score = score + 0.0001 where sequence = %s", (sequence,))
    connection.execute("update evaluation.run set engine_hash = 'of other SQL' where run_id = 1")
    try:
        result = reproduce(desk, 1)
    finally:
        connection.execute("update sharing.grade_change set score = %s where sequence = %s", (score, sequence))
        connection.execute("update evaluation.run as run set engine_hash = other.engine_hash"
                           " from evaluation.run as other where run.run_id = 1 and other.run_id = 2")  # fmt: skip
    [difference] = result.differences
    assert (result.different, result.same_engine) == (1, False)
    assert (difference.rulebook_id, difference.subject_key, difference.facet) == (rulebook, subject, facet)
    assert difference.regraded[1] == score
    assert f"{rulebook} · {subject}" in str(difference)


@pytest.mark.parametrize("known", ["then", "now", "moment"])
def test_a_past_day_under_the_rules_then_in_force(released: Released, desk: psycopg.Connection, known: str) -> None:
    """Of three days before the first release: other versions were in force, and two clocks say what is known."""
    as_of = released.first.as_of - timedelta(days=3)
    if known == "then":
        # records that came on that evening count, in the city's time; those of an hour later do not
        as_of = released.first.as_of
    moment = {"moment": "2025-07-30T23:59:00", "then": "then", "now": "now"}[known]
    with untouched(released.connection):
        result = regrade(desk, as_of, known_at(moment, as_of))
    assert result.as_of == as_of
    assert as_the_oracle(released.connection, at(released.second, as_of, result.knowledge_at), SCHEMA) == result.grades
    versions = {count.rulebook_id: count.rulebook_version for count in result.counts}
    in_force = {
        book["id"]: book["version"]
        for book in released.second.books
        if book["in_force"]["from"] <= as_of < (book["in_force"]["until"] or date.max)
    }
    assert versions.items() <= in_force.items()
    assert "0" in versions.values() or known == "then"
    assert "random_late" in versions, "what is regraded today follows the rules that are known today"


def test_what_was_known_then_and_now_is_not_the_same(released: Released) -> None:
    day = released.first.as_of
    then = known_at("then", day)
    assert then.astimezone(CITY_TIME).date() == day
    known = [record for record in released.second.records if record["known_from"] <= then]
    assert len(released.first.records) < len(known) < len(released.second.records)


def test_another_version_than_the_one_in_force(released: Released, desk: psycopg.Connection) -> None:
    day, world = released.first.as_of, released.second
    version = next(book for book in world.books if book["id"] == "random_a" and book["version"] == "0")
    assert version["in_force"]["until"] <= day
    result = regrade(desk, day, world.knowledge_at, versions={"random_a": "0"})
    always = version | {"in_force": version["in_force"] | {"until": None}}
    books = [book for book in world.books if book["id"] != "random_a"] + [always]
    assert as_the_oracle(released.connection, replace(world, books=books, as_of=day), SCHEMA) == result.grades
    assert {count.rulebook_version for count in result.counts if count.rulebook_id == "random_a"} == {"0"}


def test_what_cannot_be_regraded(released: Released, desk: psycopg.Connection) -> None:
    day = released.first.as_of
    with pytest.raises(NothingToRegrade, match="no publication 3"):
        reproduce(desk, 3)
    with pytest.raises(LookupError, match="no version 9 of rulebook random_a"):
        regrade(desk, day, versions={"random_a": "9"})
    with pytest.raises(ValueError, match="needs a time zone"):
        regrade(desk, day, datetime(2025, 7, 30))


def test_two_at_once(released: Released, desk: psycopg.Connection, capfd: pytest.CaptureFixture[str]) -> None:
    Workspace(desk, "regrade").create()
    with psycopg.connect(os.environ[VARIABLE], autocommit=True) as other, pytest.raises(WorkspaceBusy):
        regrade(other, released.first.as_of)
    assert cli.main(["regrade", "--publication", "1"]) == 1
    assert "WorkspaceBusy: 工作区 regrade 正在使用 workspace 'regrade' is in use" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--publication", "7"], "NothingToRegrade: 没有第 7 次发布"),
        (["--publication", "1", "--rulebook", "random_a@0"], "ValueError: 一次发布只能按原样重现"),
        (["--publication", "1", "--known-at", "then"], "ValueError: 一次发布只能按原样重现"),
        (["--as-of", "2025-07-30", "--known-at", "yesterday"], "ValueError: --known-at 应为 now, then 或时刻"),
        (["--as-of", "2025-07-30", "--rulebook", "random_a"], "ValueError: 应为 id@version"),
        (["--as-of", "2025-07-30", "--rulebook", "a@1", "a@2"], "ValueError: 应为 id@version"),
        (["--as-of", "2025-07-30", "--rulebook", "random_a@9"], "LookupError: 评价模型 random_a 没有版本 9"),
    ],
)
def test_options_that_say_nothing_sensible(
    released: Released, capfd: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert cli.main(["regrade", *options]) == 1
    written = capfd.readouterr()
    assert said in written.err
    assert "Traceback" not in written.err + written.out


@pytest.mark.parametrize("options", [[], ["--as-of", "2025-07-30", "--publication", "1"], ["--as-of", "30 July"]])
def test_options_that_the_command_line_refuses(capfd: pytest.CaptureFixture[str], options: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        cli.main(["regrade", *options])
    assert refused.value.code == 2
    assert "usage: credit-grading regrade" in capfd.readouterr().err


def test_what_the_command_says(released: Released, capfd: pytest.CaptureFixture[str]) -> None:
    options = ["--as-of", "2025-07-30", "--known-at", "2025-07-30T23:45", "--rulebook", "random_a@0"]
    assert cli.main(["regrade", *options]) == 0
    said = capfd.readouterr().out
    # a moment without time zone is one of the city
    assert "2025-07-30，数据截止 known until 2025-07-30 23:45:00" in said
    assert "random_a@0" in said
    assert "random_a@1" not in said


def test_a_roll_back_is_what_grading_the_old_release_again_gives(released: Released) -> None:
    """What was kept of the first release, and a new evaluation of it from the records: two ways to the same rows."""
    connection = released.connection
    grade = "select rulebook_id, subject_key, facet, score, grade, city_grade, rulebook_version, gap_to_next_band"
    line = "select rulebook_id, subject_key, facet, indicator_id, status, raw_value, value, factor, contribution"
    before = [connection.execute(f"{what} from sharing.{table} order by 1, 2, 3, 4").fetchall()
              for what, table in ((grade, "grade"), (line, "contribution"))]  # fmt: skip
    assert roll_back(connection, 1, "第二次发布有误", "张三").publication_id == 3
    assert reproduce(connection, 1).different == 0
    for (what, table), newer in zip(((grade, "grade"), (line, "contribution")), before, strict=True):
        standing = connection.execute(f"{what} from sharing.{table} order by 1, 2, 3, 4").fetchall()
        again = connection.execute(f"{what} from {SCHEMA}.{table} order by 1, 2, 3, 4").fetchall()
        assert standing == again
        assert standing != newer
    # a roll-back is reproduced as what it put back
    assert reproduce(connection, 3).different == 0
    assert roll_back(connection, 2, "查明无误", "张三").publication_id == 4
    assert connection.execute(f"{grade} from sharing.grade order by 1, 2, 3, 4").fetchall() == before[0]
