"""Loading rulebooks into a real warehouse: idempotent, exact, and never changing what was loaded."""

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from credit_grading.rulebook.load import load_rulebooks
from credit_grading.rulebook.problem import RulebookError
from tests.unit.rulebook_folder import COMPLETE, FIRST, LEVELS, SECOND, change, copy_to

TABLES = (
    "rulebook", "indicator", "target", "record_line", "indicator_band", "grade_limit", "grade_band", "grade_condition",
    "measure", "scenario_effect",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_to(tmp_path)


def content(connection: psycopg.Connection) -> list[list[tuple[Any, ...]]]:
    return [
        connection.execute(f"select * from rulebook.{table} order by 1, 2, 3, 4, 5".encode()).fetchall()
        for table in TABLES
    ]


def rows(connection: psycopg.Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode()).fetchall()


def test_loading_twice_changes_nothing(warehouse: psycopg.Connection, folder: Path) -> None:
    first = load_rulebooks(warehouse, folder)
    assert {book.outcome for book in first} == {"loaded"}
    assert {(book.rulebook_id, book.stage) for book in first} == {("complete", 1), ("levels", 0), ("per_section", 0)}
    before = content(warehouse)
    assert all(before)
    again = load_rulebooks(warehouse, folder)
    assert {book.outcome for book in again} == {"unchanged"}
    assert content(warehouse) == before


def test_the_projects_own_rulebooks_load(warehouse: psycopg.Connection) -> None:
    loaded = load_rulebooks(warehouse)
    assert {"public_credit", "bidding_participant", "construction_integrity"} <= {book.rulebook_id for book in loaded}
    assert rows(warehouse, "select count(*) from rulebook.rulebook") == [(len(loaded),)]


def test_other_content_under_a_loaded_version_is_refused(warehouse: psycopg.Connection, folder: Path) -> None:
    (loaded,) = [book for book in load_rulebooks(warehouse, folder) if book.rulebook_id == "complete"]
    before = content(warehouse)
    change(folder, COMPLETE, ("when_missing: 70", "when_missing: 71"))
    with pytest.raises(RulebookError) as caught:
        load_rulebooks(warehouse, folder)
    (problem,) = caught.value.problems
    assert problem.file == COMPLETE
    assert loaded.content_hash in problem.message
    assert "a change needs a new version" in problem.message
    hashes = [word for word in problem.message.replace(",", " ").replace(")", " ").split() if len(word) == 64]
    assert len(set(hashes)) == 2
    assert content(warehouse) == before


def test_a_comment_is_no_change_of_content(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    change(folder, COMPLETE, ("weight: 60", "weight: 60.0  # of a hundred"), ("best: 0.5", "best: 0.50"))
    assert {book.outcome for book in load_rulebooks(warehouse, folder)} == {"unchanged"}
    change(folder, COMPLETE, ("best: 0.50", "best: 0.500000000000000000000000000000000001"))
    with pytest.raises(RulebookError, match="a change needs a new version"):
        load_rulebooks(warehouse, folder)


def end_of(connection: psycopg.Connection, rulebook: str) -> list[tuple[Any, ...]]:
    return rows(
        connection,
        "select version, in_force_until, until_known_from > loaded_at, source_text like '%until: 2027-01-01%' "
        f"from rulebook.rulebook where rulebook_id = '{rulebook}' order by version",
    )


def test_an_open_end_may_be_closed_once_for_a_successor(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    assert end_of(warehouse, "complete") == [("1", None, None, False)]
    successor = (folder / COMPLETE).read_text(encoding="utf-8").replace('version: "1"', 'version: "2"')
    (folder / "complete@2.yml").write_text(successor.replace("2026-01-01", "2027-01-01"), encoding="utf-8")
    change(folder, COMPLETE, ("until: null}\ncycle", "until: 2027-01-01}\ncycle"))
    outcomes = {(book.rulebook_id, book.version): book.outcome for book in load_rulebooks(warehouse, folder)}
    assert outcomes["complete", "1"] == "closed"
    assert outcomes["complete", "2"] == "loaded"
    closed = [("1", date(2027, 1, 1), True, True), ("2", None, None, False)]
    assert end_of(warehouse, "complete") == closed
    query = "select until_known_from from rulebook.rulebook order by rulebook_id, version"
    known = rows(warehouse, query)
    assert {book.outcome for book in load_rulebooks(warehouse, folder)} == {"unchanged"}
    assert end_of(warehouse, "complete") == closed
    assert rows(warehouse, query) == known
    change(folder, COMPLETE, ("until: 2027-01-01}\ncycle", "until: 2026-12-01}\ncycle"))
    with pytest.raises(RulebookError, match="an end once set stays"):
        load_rulebooks(warehouse, folder)


def test_an_end_that_was_there_from_the_start_is_known_from_the_load(
    warehouse: psycopg.Connection, folder: Path
) -> None:
    load_rulebooks(warehouse, folder)
    assert end_of(warehouse, "per_section") == [("1", date(2026, 7, 1), True, False), ("2", None, None, False)]


def publish(connection: psycopg.Connection, as_of: date) -> None:
    # one release is all the loader looks at; runs and verdicts are of no account here
    connection.execute("set session_replication_role = replica")
    connection.execute(
        "insert into sharing.publication (publication_id, run_id, verdict_id, as_of, grades_added, grades_changed, "
        "grades_removed) values (1, 1, 1, %s, 0, 0, 0)",
        (as_of,),
    )
    connection.execute("set session_replication_role = default")


def test_a_version_cannot_end_on_a_day_that_was_published(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    publish(warehouse, date(2026, 11, 24))
    change(folder, SECOND, ("until: null}\ncycle", "until: 2026-11-24}\ncycle"))
    with pytest.raises(RulebookError) as caught:
        load_rulebooks(warehouse, folder)
    (problem,) = caught.value.problems
    assert problem.file == SECOND
    assert "cannot end on 2026-11-24: grades as of 2026-11-24 are published already" in problem.message
    assert end_of(warehouse, "per_section")[1] == ("2", None, None, False)
    change(folder, SECOND, ("until: 2026-11-24", "until: 2026-11-25"))
    assert [book.outcome for book in load_rulebooks(warehouse, folder)].count("closed") == 1


def test_without_a_table_of_publications_nothing_was_published(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    warehouse.execute("drop table sharing.publication cascade")
    change(folder, SECOND, ("until: null}\ncycle", "until: 2026-11-24}\ncycle"))
    assert [book.outcome for book in load_rulebooks(warehouse, folder)].count("closed") == 1


def test_a_version_without_its_file_still_counts_as_in_force(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    new = folder / "levels@2026-02.yml"
    new.write_text((folder / LEVELS).read_text(encoding="utf-8").replace('"2026"', '"2026-02"'), encoding="utf-8")
    (folder / LEVELS).unlink()
    (folder / COMPLETE).unlink()
    with pytest.raises(RulebookError, match="version 2026 is in force from 2026-01-01 too"):
        load_rulebooks(warehouse, folder)


def test_a_version_without_its_file_can_still_be_read(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    for name in (FIRST, SECOND, LEVELS):
        (folder / name).unlink()
    assert [book.outcome for book in load_rulebooks(warehouse, folder)] == ["unchanged"]


def test_a_wrong_file_keeps_every_other_out_too(warehouse: psycopg.Connection, folder: Path) -> None:
    change(folder, COMPLETE, ("weight: 60", "weight: 61"))
    with pytest.raises(RulebookError, match="sum to 101"):
        load_rulebooks(warehouse, folder)
    assert not any(content(warehouse))
