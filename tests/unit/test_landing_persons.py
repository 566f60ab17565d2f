"""Persons at landing's door: the number becomes a keyed hash, the name is masked, and nothing else gives them away."""

from pathlib import Path

import openpyxl
import psycopg
import pytest

from credit_grading.landing.persons import VARIABLE, mask_name, person_key
from credit_grading.landing.problem import FeedOutcome, FeedProblem
from credit_grading.landing.receive import receive_feed
from tests.unit.landing_support import attempts, count, csv_text, department, feed, no_connection, write

# the example of GB 11643
NUMBER = "11010519491231002X"
HEADER = ["身份证号", "专家姓名", "专家编号", "评审专业", "入库日期"]
ROW = [NUMBER, "张三丰", "专1", "土建", "2025-01-02"]
TABLE = "landing.procurement_expert"
EXPERTS = {"contract_id": "procurement_expert", "id": "experts"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    monkeypatch.setenv(VARIABLE, "a key")
    return tmp_path / "experts"


def receive(warehouse: psycopg.Connection, kind: str = "csv") -> FeedOutcome:
    one = feed(**EXPERTS, source={"kind": kind, "location": f"feeds://experts/*.{kind}"})
    return receive_feed(warehouse, department(one), one, open_connection=no_connection)


def landed(warehouse: psycopg.Connection, columns: str = "person_key, person_name") -> list[tuple]:
    return warehouse.execute(f"select {columns} from {TABLE} order by batch_id, row_number".encode()).fetchall()


def test_a_key_is_the_same_however_the_number_is_written() -> None:
    key = person_key(NUMBER, "a key")
    assert key.startswith("P:")
    assert len(key) == 34
    assert {person_key(text, "a key") for text in (" 11010519491231002x ", "１１０１０５１９４９１２３１００２Ｘ")} == {
        key
    }
    assert person_key("110105194912310038", "a key") != key
    assert person_key(NUMBER, "another key") != key
    assert NUMBER not in key


@pytest.mark.parametrize("text", ["1101051949123100", "11010519491331002X", "护照E12345678", "暂无"])
def test_what_is_no_identity_number_is_hashed_under_a_mark_of_its_own(text: str) -> None:
    key = person_key(text, "a key")
    assert key.startswith("X:")
    assert text not in key


def test_nothing_stays_nothing() -> None:
    assert person_key(" ", "a key") == ""


@pytest.mark.parametrize(
    ("name", "masked"), [("张三丰", "张**"), ("张三", "张*"), (" 欧阳明 ", "欧**"), ("张", "*"), ("", "")]
)
def test_a_name_keeps_its_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_a_person_lands_under_the_key(warehouse, folder) -> None:
    write(folder, "a.csv", csv_text([ROW, ["123", "李四", "专2", "土建", "2025-01-02"]], HEADER))
    assert receive(warehouse).rows == 2
    assert landed(warehouse) == [(person_key(NUMBER, "a key"), "张**"), (person_key("123", "a key"), "李*")]
    assert receive(warehouse).outcome == "nothing_new"
    # another way of writing the same number is the same content, in another file
    write(folder, "b.csv", csv_text([[NUMBER.lower(), *ROW[1:]]], HEADER))
    receive(warehouse)
    hashes = landed(warehouse, "row_hash")
    assert hashes[0] == hashes[2] != hashes[1]


def test_without_a_key_nothing_is_read(warehouse, folder, monkeypatch) -> None:
    write(folder, "a.csv", csv_text([ROW], HEADER))
    monkeypatch.setenv(VARIABLE, " ")
    with pytest.raises(FeedProblem, match=VARIABLE) as caught:
        receive(warehouse)
    assert caught.value.outcome.outcome == "person_key_missing"
    assert [attempt[0] for attempt in attempts(warehouse)] == ["person_key_missing"]
    assert (count(warehouse, TABLE), count(warehouse, "landing.batch")) == (0, 0)


def test_a_contract_without_persons_needs_no_key(warehouse, folder, monkeypatch) -> None:
    from tests.unit.landing_support import penalty

    monkeypatch.delenv(VARIABLE)
    write(folder, "a.csv", csv_text([penalty(1)]))
    one = feed(source={"kind": "csv", "location": "feeds://experts/*.csv"})
    assert receive_feed(warehouse, department(one), one, open_connection=no_connection).rows == 1


def test_unknown_columns_of_persons_are_named_and_not_kept(warehouse, folder) -> None:
    write(folder, "a.csv", csv_text([[*ROW, "李四"]], [*HEADER, "推荐人"]))
    outcome = receive(warehouse)
    assert [(p.level, p.column) for p in outcome.problems] == [("info", "推荐人")]
    assert "not kept" in outcome.problems[0].message
    assert landed(warehouse, "extra_columns") == [(None,)]
    assert warehouse.execute(b"select unknown_columns from landing.batch").fetchone() == (["推荐人"],)


def test_of_a_row_that_does_not_fit_its_header_nothing_is_kept(warehouse, folder) -> None:
    shifted = ["专3", *ROW]
    text = csv_text([ROW, shifted, ROW[1:]], HEADER) + f'"{NUMBER},张三丰,坏行\n'
    write(folder, "a.csv", text)
    outcome = receive(warehouse)
    assert [(p.level, p.row) for p in outcome.problems] == [("error", 2), ("error", 3), ("error", 4)]
    rows = landed(warehouse, "person_key, person_name, expert_number, review_field, extra_columns")
    assert rows[0][2:] == ("专1", "土建", None)
    assert [row[:4] for row in rows[1:]] == [(None,) * 4] * 3
    assert {str(row[4]) for row in rows[1:]} == {"{'_note': 'ragged_row'}", "None"}


def test_a_number_in_another_column_is_masked(warehouse, folder) -> None:
    write(folder, "a.csv", csv_text([[*ROW[:3], f"土建 {NUMBER}", ROW[4]]], HEADER))
    receive(warehouse)
    assert landed(warehouse, "review_field") == [("土建 ******************",)]


def test_a_number_that_a_workbook_cut_is_no_person(warehouse, folder) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    # a cell of the type number holds 15 digits: the rest is lost, and what is left may be somebody else's
    book.active.append([110105194912310038, *ROW[1:]])
    book.active.append(ROW)
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / "a.xlsx")
    outcome = receive(warehouse, "xlsx")
    assert [(p.level, p.row, p.column) for p in outcome.problems] == [("warning", 1, "身份证号")]
    assert landed(warehouse) == [(None, "张**"), (person_key(NUMBER, "a key"), "张**")]
