"""Loading rulebooks into a real warehouse: idempotent, exact, and never changing what was loaded."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from credit_grading import paths
from credit_grading.rulebook.load import load_rulebooks
from credit_grading.rulebook.problem import RulebookError

NAME = "bidding_participant@2026-01.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in paths.rulebooks().glob("*.yml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def change(folder: Path, old: str, new: str, name: str = NAME) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def content(connection: psycopg.Connection) -> list[tuple]:
    tables = ("rulebook", "indicator", "indicator_item", "indicator_band", "grade_limit", "grade_band", "measure")
    return [
        connection.execute(f"select * from rulebook.{table} order by 1, 2, 3".encode()).fetchall() for table in tables
    ]


def test_loading_twice_changes_nothing(warehouse: psycopg.Connection) -> None:
    first = load_rulebooks(warehouse)
    assert {book.outcome for book in first} == {"loaded"}
    assert {(book.rulebook_id, book.stage) for book in first} == {
        ("public_credit", 0), ("bidding_participant", 1), ("construction_integrity", 0),
    }  # fmt: skip
    before = content(warehouse)
    assert all(before)
    again = load_rulebooks(warehouse)
    assert {book.outcome for book in again} == {"unchanged"}
    assert content(warehouse) == before


def test_numbers_arrive_exactly(warehouse: psycopg.Connection, folder: Path) -> None:
    change(folder, "weight: 80", "weight: 79.99999999999999999999")
    change(folder, "weight: 20", "weight: 20.00000000000000000001")
    load_rulebooks(warehouse, folder)
    weights = warehouse.execute(
        "select weight from rulebook.indicator where rulebook_id = 'bidding_participant' order by position"
    ).fetchall()
    assert weights == [(Decimal("79.99999999999999999999"),), (Decimal("20.00000000000000000001"),)]


def test_the_tree_keeps_its_order_and_parents(warehouse: psycopg.Connection) -> None:
    load_rulebooks(warehouse)
    tree = warehouse.execute(
        "select indicator_id, parent_id, is_leaf from rulebook.indicator "
        "where rulebook_id = 'public_credit' order by position limit 4"
    ).fetchall()
    assert tree == [
        ("law_abiding", None, False),
        ("penalties", "law_abiding", False),
        ("penalty_count", "penalties", True),
        ("serious_penalty_count", "penalties", True),
    ]


def test_other_content_under_a_loaded_version_is_refused(warehouse: psycopg.Connection, folder: Path) -> None:
    (loaded,) = [book for book in load_rulebooks(warehouse, folder) if book.rulebook_id == "bidding_participant"]
    before = content(warehouse)
    change(folder, "when_missing: 60", "when_missing: 61")
    with pytest.raises(RulebookError) as caught:
        load_rulebooks(warehouse, folder)
    (problem,) = caught.value.problems
    assert problem.file == NAME
    assert loaded.content_hash in problem.message
    assert "a change needs a new version" in problem.message
    hashes = [word for word in problem.message.replace(",", " ").replace(")", " ").split() if len(word) == 64]
    assert len(set(hashes)) == 2
    assert content(warehouse) == before


def test_a_comment_is_no_change_of_content(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    change(folder, "weight: 80", "weight: 80.0  # of a hundred")
    assert {book.outcome for book in load_rulebooks(warehouse, folder)} == {"unchanged"}


def test_an_open_end_may_be_closed_once_for_a_successor(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    change(folder, "until: null}\ncycle", "until: 2027-01-01}\ncycle")
    successor = (folder / NAME).read_text(encoding="utf-8").replace('"2026-01"', '"2027-01"')
    successor = successor.replace("from: 2026-01-01, until: 2027-01-01", "from: 2027-01-01, until: null")
    (folder / "bidding_participant@2027-01.yml").write_text(successor, encoding="utf-8")
    outcomes = {(book.rulebook_id, book.version): book.outcome for book in load_rulebooks(warehouse, folder)}
    assert outcomes["bidding_participant", "2026-01"] == "closed"
    assert outcomes["bidding_participant", "2027-01"] == "loaded"
    row = warehouse.execute(
        "select in_force_until, source_text like '%until: 2027-01-01%' from rulebook.rulebook "
        "where rulebook_id = 'bidding_participant' and version = '2026-01'"
    ).fetchone()
    assert row == (date(2027, 1, 1), True)
    change(folder, "until: 2027-01-01}\ncycle", "until: 2026-12-01}\ncycle")
    with pytest.raises(RulebookError, match="an end once set stays"):
        load_rulebooks(warehouse, folder)


def test_a_version_without_its_file_still_counts_as_in_force(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    new = folder / "bidding_participant@2026-02.yml"
    new.write_text((folder / NAME).read_text(encoding="utf-8").replace('"2026-01"', '"2026-02"'), encoding="utf-8")
    (folder / NAME).unlink()
    with pytest.raises(RulebookError, match="version 2026-01 is in force from 2026-01-01 too"):
        load_rulebooks(warehouse, folder)


def test_a_wrong_file_keeps_every_other_out_too(warehouse: psycopg.Connection, folder: Path) -> None:
    change(folder, "weight: 80", "weight: 81")
    with pytest.raises(RulebookError, match="sum to 101"):
        load_rulebooks(warehouse, folder)
    assert not any(content(warehouse))
