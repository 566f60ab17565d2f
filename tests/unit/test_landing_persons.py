"""Persons at landing's door: the number becomes a keyed hash, the name is masked, and nothing else gives them away."""

from pathlib import Path

import openpyxl
import psycopg
import pytest

from credit_grading.landing.person_keys import FORMER_VARIABLE, VARIABLE
from credit_grading.landing.personal import mask_identity_numbers, may_hold_identity_number
from credit_grading.landing.persons import mask_name, person_key
from credit_grading.landing.problem import FeedOutcome, FeedProblem
from credit_grading.landing.receive import receive_feed
from tests.unit.landing_support import HEADER as PENALTY
from tests.unit.landing_support import attempts, count, csv_text, department, feed, no_connection, penalty, write

# the example of GB 11643
NUMBER = "11010519491231002X"
HEADER = ["身份证号", "专家姓名", "专家编号", "评审专业", "入库日期"]
# of an association in a district that ends in 19: a valid credit code in the form of an identity number
CODE_LIKE_A_NUMBER = "52500119660517003X"
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
    monkeypatch.delenv(VARIABLE)
    write(folder, "a.csv", csv_text([penalty(1)]))
    one = feed(source={"kind": "csv", "location": "feeds://experts/*.csv"})
    assert receive_feed(warehouse, department(one), one, open_connection=no_connection).rows == 1


def test_unknown_columns_of_persons_are_told_by_their_place_and_not_kept(warehouse, folder) -> None:
    """Beside the headings somebody's name stands, once like a missing column's."""
    strange = ["制表人欧阳修", "专家姓名：欧阳修"]
    header = ["姓名" if heading == "专家姓名" else heading for heading in HEADER]
    header.remove("姓名")
    row = [cell for cell, heading in zip(ROW, HEADER, strict=True) if heading not in ("姓名", "专家姓名")]
    write(folder, "a.csv", csv_text([[*row, "李四", "李四"]], [*header, *strange]))
    outcome = receive(warehouse)
    places = [f"第 {len(header) + number} 列" for number in (1, 2)]
    told = [(p.level, p.column) for p in outcome.problems if "not kept" in p.message]
    assert told == [("info", place) for place in places]
    assert any("did you mean" in p.message and places[1] in p.message for p in outcome.problems)
    assert landed(warehouse, "extra_columns") == [(None,)]
    [(ledgers,)] = warehouse.execute(
        "select (select jsonb_agg(to_jsonb(b)) from landing.batch as b)::text"
        " || (select jsonb_agg(to_jsonb(h)) from landing.received_header as h)::text"
        " || (select jsonb_agg(to_jsonb(a)) from landing.feed_attempt as a)::text"
    ).fetchall()
    assert places[1] in ledgers
    assert "欧阳" not in ledgers


def test_a_heading_of_persons_that_is_explained_later_is_known_again(warehouse, folder) -> None:
    write(folder, "a.csv", csv_text([[*ROW, "市政"]], [*HEADER, "另一专业 "]))
    assert receive(warehouse).outcome == "loaded"
    assert receive(warehouse).outcome == "nothing_new"
    explained = feed(
        id="experts", contract_id="procurement_expert", headers={"另一专业": "title_level"},
        source={"kind": "csv", "location": "feeds://experts/*.csv"},
    )  # fmt: skip
    again = receive_feed(warehouse, department(explained), explained, open_connection=no_connection)
    assert again.outcome == "loaded"
    assert [level for (level,) in landed(warehouse, "title_level")] == [None, "市政"]


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


def change_key(monkeypatch: pytest.MonkeyPatch, key: str, former: str | None = None) -> None:
    monkeypatch.setenv(VARIABLE, key)
    monkeypatch.setenv(FORMER_VARIABLE, former or "")


def refused(warehouse: psycopg.Connection, words: str) -> None:
    before = count(warehouse, TABLE)
    with pytest.raises(FeedProblem, match=words) as caught:
        receive(warehouse)
    assert caught.value.outcome.outcome == "person_key_changed"
    assert attempts(warehouse)[-1][0] == "person_key_changed"
    assert count(warehouse, TABLE) == before


def test_another_key_is_an_alarm_and_nothing_is_read(warehouse, folder, monkeypatch) -> None:
    write(folder, "a.csv", csv_text([ROW], HEADER))
    receive(warehouse)
    write(folder, "b.csv", csv_text([ROW], HEADER))
    change_key(monkeypatch, "another key")
    refused(warehouse, FORMER_VARIABLE)
    change_key(monkeypatch, "another key", "not the key before")
    refused(warehouse, FORMER_VARIABLE)
    change_key(monkeypatch, "a key", "not the key before")
    refused(warehouse, "is not the key before")
    change_key(monkeypatch, "a key", "a key")
    assert receive(warehouse).rows == 1


def test_a_key_that_was_replaced_does_not_come_back(warehouse, folder, monkeypatch) -> None:
    write(folder, "a.csv", csv_text([ROW], HEADER))
    receive(warehouse)
    change_key(monkeypatch, "next", "a key")
    assert receive(warehouse).rows == 1
    change_key(monkeypatch, "a key", "next")
    refused(warehouse, "cannot come back")
    change_key(monkeypatch, "next")
    assert receive(warehouse).outcome == "nothing_new"


def test_a_change_remembers_who_was_who(warehouse, folder, monkeypatch) -> None:
    rows = [ROW, ["123", "李四", "专2", "土建", "2025-01-02"]]
    write(folder, "a.csv", csv_text(rows, HEADER))
    receive(warehouse)
    assert count(warehouse, "landing.person_key_succession") == 0
    change_key(monkeypatch, "next", "a key")
    receive(warehouse)
    change_key(monkeypatch, "last", "next")
    receive(warehouse)
    first, second, third = (person_key(NUMBER, key) for key in ("a key", "next", "last"))
    found = warehouse.execute(
        "select person_key, former_key, first_key from landing.person_key_succession order by known_from"
    ).fetchall()
    # what is no identity number is nobody
    assert found == [(second, first, first), (third, second, first)]
    # no key is in the warehouse, only what tells them apart
    values = [row[0] for row in warehouse.execute("select check_value from landing.person_key order by position")]
    assert len(set(values)) == 3
    assert not {"a key", "next", "last"} & set(values)


def test_the_first_change_may_come_before_the_first_check(warehouse, folder, monkeypatch) -> None:
    write(folder, "a.csv", csv_text([ROW], HEADER))
    change_key(monkeypatch, "next", "a key")
    assert receive(warehouse).rows == 1
    assert count(warehouse, "landing.person_key") == 2


def test_a_cursor_that_is_personal_is_refused(warehouse, folder) -> None:
    source = {"kind": "sql", "connection": "theirs", "table": "experts", "cursor": "身份证号"}
    one = feed(**EXPERTS, source=source)
    with pytest.raises(FeedProblem, match="cannot be personal"):
        receive_feed(warehouse, department(one), one, open_connection=no_connection)


def test_numbers_of_persons_in_the_text_of_firms_are_masked(warehouse, folder) -> None:
    serial = "110105194912310021"
    rows = [
        [*penalty(1), f"当事人{NUMBER}", NUMBER], [*penalty(2), "无", "无"],
        [*penalty(3, 行政处罚决定书文号=NUMBER), "无", "无"],
        # of what identifies a record, only a number that can be one
        [*penalty(4, 行政处罚决定书文号=serial), "无", "无"],
    ]  # fmt: skip
    write(folder, f"a{NUMBER}.csv", csv_text(rows, [*PENALTY, "违法事实", f"备注（{NUMBER}）"]))
    one = feed(source={"kind": "csv", "location": "feeds://experts/*.csv"})
    assert receive_feed(warehouse, department(one), one, open_connection=no_connection).rows == 4
    columns = "decision_number, offence_facts, extra_columns::text"
    held = warehouse.execute(f"select {columns} from landing.administrative_penalty order by row_number".encode())
    stars = "*" * 18
    found = held.fetchall()
    assert found[0][1:] == (f"当事人{stars}", f'{{"备注（{stars}）": "{stars}"}}')
    assert found[1][1] == "无"
    assert [row[0] for row in found[2:]] == [stars, serial]


@pytest.mark.parametrize(
    ("text", "masked"),
    [(f"（{NUMBER}）", f"（{'*' * 18}）"), (f"1{NUMBER}", f"1{NUMBER}"), ("9150000020286320X6", "9150000020286320X6"),
     (CODE_LIKE_A_NUMBER, CODE_LIKE_A_NUMBER)],
)  # fmt: skip
def test_what_is_taken_for_an_identity_number(text: str, masked: str) -> None:
    assert mask_identity_numbers(text) == masked
    assert masked == text or may_hold_identity_number(text.encode())


def test_a_header_that_is_somebodys_data_is_not_quoted(warehouse, folder) -> None:
    row = ["张三丰", "张三丰", "欧阳修" * 80]
    write(folder, "headless.csv", csv_text([row], row))
    with pytest.raises(FeedProblem):
        receive(warehouse)
    [(told,)] = warehouse.execute("select problems::text from landing.feed_attempt").fetchall()
    assert "too long for a heading" in told
    assert "欧阳" not in told
    write(folder, "headless.csv", csv_text([row[:2]], row[:2]))
    with pytest.raises(FeedProblem):
        receive(warehouse)
    told = warehouse.execute("select string_agg(problems::text, '') from landing.feed_attempt").fetchone()[0]
    assert "duplicate column" in told
    assert "缺少列" in told
    assert "身份证号" in told, "what the contract itself says may be told"
    assert "张三丰" not in told
