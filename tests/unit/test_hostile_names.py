"""Names from outside: of files, columns and tables; in logs, in pages, and in files that people will open."""

import os
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from credit_grading.landing.corrections import protected, unprotected
from credit_grading.landing.headers import WrongHeader, map_header, unknown_name
from credit_grading.landing.personal import MASK, mask_identity_numbers
from credit_grading.landing.problem import FeedProblem, Problem
from credit_grading.landing.receive import receive_feed
from credit_grading.sources.characters import stored_name
from tests.unit.landing_support import HEADER, attempts, count, csv_text, department, feed, no_connection, penalty
from tests.unit.landing_support import write as write_file

TABLE = "landing.administrative_penalty"
# the example of GB 11643
NUMBER = "11010519491231002X"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    return tmp_path / "penalties"


def receive(warehouse: psycopg.Connection, **changes):
    one = feed(**changes)
    return receive_feed(warehouse, department(one), one, open_connection=no_connection)


@pytest.mark.parametrize(
    "name",
    [
        b"a\nb.csv", b"a\x1b[31m.csv", b"\xcf\xc2\xd4\xd8.csv", "\u202evsc.csv".encode(), b"'; drop table x; --.csv",
        b"=cmd().csv", b"<script>.csv", b"..csv", b" .csv", b"%s{0}.csv", b"x" * 240 + b".csv",
    ],
)  # fmt: skip
def test_a_file_of_any_name_lands_under_a_name_that_is_one_visible_line(warehouse, folder, name) -> None:
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(csv_text([penalty(1)]), encoding="utf-8")
    assert receive(warehouse).outcome == "loaded"
    [(source, window)] = warehouse.execute(b"select source_name, window_key from landing.batch").fetchall()
    assert source == window
    assert source.isprintable()
    assert receive(warehouse).outcome == "nothing_new"


def test_a_path_longer_than_an_index_entry_lands(warehouse, folder) -> None:
    deep = folder.joinpath(*["层" * 60] * 15)
    write_file(deep, "a.csv", csv_text([penalty(1)]))
    write_file(deep, "b.csv", csv_text([penalty(2)]))
    assert receive(warehouse, source={"kind": "csv", "location": "feeds://penalties/**/*.csv"}).rows == 2
    assert count(warehouse, "landing.batch") == 2


def test_names_stay_different_when_they_are_shortened() -> None:
    one, other = (stored_name("x" * 3_000 + end) for end in "ab")
    assert one != other
    assert len(one) == len(other) <= 400


def test_a_file_name_cannot_forge_a_line_of_the_log(warehouse, folder) -> None:
    forged = "a\nmarket_regulation: loaded.csv"
    write_file(folder, forged, "x,y\n1,2\n")
    with pytest.raises(FeedProblem) as caught:
        receive(warehouse)
    assert "market_regulation: loaded.csv" not in str(caught.value).splitlines()
    assert r"a\nmarket_regulation" in str(caught.value)


def test_a_header_row_that_is_data_gives_no_identity_number_away(warehouse, folder) -> None:
    write_file(folder, "a.csv", csv_text([], [NUMBER, "张三丰", NUMBER]))
    with pytest.raises(FeedProblem) as caught:
        receive(warehouse)
    assert caught.value.outcome.outcome == "wrong_header"
    recorded = warehouse.execute(b"select problems::text from landing.feed_attempt").fetchone()
    assert recorded is not None
    assert NUMBER not in str(caught.value) + recorded[0]
    assert MASK in recorded[0]


def test_a_heading_that_is_a_number_of_somebody_is_masked_where_it_is_kept(warehouse, folder) -> None:
    write_file(folder, "a.csv", csv_text([[*penalty(1), "x"]], [*HEADER, NUMBER]))
    receive(warehouse)
    stored = warehouse.execute(
        f"select to_jsonb(b)::text || to_jsonb(r)::text from landing.batch b, {TABLE} r".encode()
    )
    assert NUMBER not in str(stored.fetchall())
    assert NUMBER not in str(attempts(warehouse))


def test_headings_may_hold_any_character(warehouse, folder) -> None:
    headings = ["a\0b", "'; drop table landing.batch; --", '"x"', "_note", "_unparsed", "=1+1", "<b>", "列\n二"]
    write_file(folder, "a.csv", csv_text([[*penalty(1), *"12345678"]], [*HEADER, *headings]))
    outcome = receive(warehouse)
    assert outcome.outcome == "loaded"
    [(kept,)] = warehouse.execute(f"select extra_columns from {TABLE}".encode()).fetchall()
    assert sorted(kept.values()) == list("12345678")
    assert not any(name.startswith("_") for name in kept)
    assert all("\n" not in str(problem) for problem in outcome.problems)


def test_an_unknown_column_never_takes_the_name_of_landings_own() -> None:
    assert unknown_name("_note", 3) == "列_note"
    assert unknown_name(" ", 3) == "_column_4"
    assert unknown_name("经办\u202e", 0) == "经办\\u202e"


def test_a_header_of_nothing_but_personal_columns_is_no_header() -> None:
    from credit_grading.contract.model import Column, Contract

    columns = (Column("a", "text"), Column("b", "text", personal=True))
    contract = Contract("c", "契约", "", "", ("a",), {}, None, columns)
    with pytest.raises(WrongHeader, match="没有一列属于契约"):
        map_header(["b"], contract)


@pytest.mark.parametrize("table", ["penalties", "x; drop table y", "a'b", "表"])
def test_tables_and_columns_of_any_name_are_read_as_names(warehouse, tmp_path, table) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    engine = sqlalchemy.create_engine(url)
    meta = sqlalchemy.MetaData()
    headings = [*HEADER, 'x\'; drop table "y"; --', "%s", ":a", "(select 1)"]
    made = sqlalchemy.Table(table, meta, *[sqlalchemy.Column(name, sqlalchemy.Text) for name in headings])
    meta.create_all(engine)
    with engine.begin() as connection:
        connection.execute(made.insert(), [dict(zip(headings, [*penalty(1), *"1234"], strict=True))])
    one = feed(source={"kind": "sql", "connection": "c", "table": table})
    assert receive_feed(warehouse, department(one), one, open_connection=lambda _: url).rows == 1
    [(kept,)] = warehouse.execute(f"select extra_columns from {TABLE}".encode()).fetchall()
    assert sorted(kept.values()) == list("1234")


@pytest.mark.parametrize("values", [["x" * 5_000], ["a\nb"], [1, "a"]])
def test_a_cursor_that_cannot_be_one_is_a_wrong_header(warehouse, tmp_path, values) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    engine = sqlalchemy.create_engine(url)
    quoted = ", ".join(f'"{name}"' for name in HEADER)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"create table penalties ({quoted}, changed)")
        for value in values:
            connection.exec_driver_sql(f"insert into penalties values ({', '.join('?' * 7)})", (*penalty(1), value))
    one = feed(source={"kind": "sql", "connection": "c", "table": "penalties", "cursor": "changed"})
    with pytest.raises(FeedProblem, match="增量列") as caught:
        receive_feed(warehouse, department(one), one, open_connection=lambda _: url)
    assert caught.value.outcome.outcome == "wrong_header"
    assert count(warehouse, TABLE) == 0


@pytest.mark.parametrize(
    "text",
    [
        NUMBER, f"\n{NUMBER}", f"\t{NUMBER}\r\n", "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002X",
        "110105-1949-12-31-002x", f"1\u200b{NUMBER[1:]}", f"号{NUMBER}号", f"{NUMBER[:6]}\u3000{NUMBER[6:]}",
    ],
)  # fmt: skip
def test_an_identity_number_is_masked_however_it_is_written(text) -> None:
    masked = mask_identity_numbers(text)
    assert MASK in masked
    assert "1949" not in masked
    assert "１９４９" not in masked


@pytest.mark.parametrize("text", ["9150000020286320X6", "500000000000001", "2025-03-04", f"A{NUMBER}", f"{NUMBER}0"])
def test_what_is_no_identity_number_stays(text) -> None:
    assert mask_identity_numbers(text) == text


def test_an_identity_number_in_a_line_kept_unparsed_is_masked(warehouse, folder) -> None:
    write_file(folder, "a.csv", csv_text([penalty(1)]) + f'"坏"x\t{NUMBER}\n')
    receive(warehouse)
    stored = str(warehouse.execute(f"select extra_columns from {TABLE}".encode()).fetchall())
    assert MASK in stored
    assert NUMBER not in stored


def test_a_problem_is_one_visible_line_of_bounded_length() -> None:
    problem = Problem("error", "d", "f", "a\nb", 1, "c\u202ed", "x\r\ny\0" + "z" * 10_000)
    assert str(problem).isprintable()
    assert len(str(problem)) < 3_000
    assert r"c\u202ed: x\r\ny\x00z" in str(problem)


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "＝1+1", "\t=1", "\r=1", "-12.5", "+86", "'quoted", "-"]
)
def test_a_cell_written_for_people_is_no_formula_and_comes_back_as_it_was(text: str) -> None:
    assert protected(text) == f"'{text}"
    assert unprotected(protected(text)) == text


@pytest.mark.parametrize("text", ["重庆=某公司", "12.5", "", "2026-01-01"])
def test_a_cell_that_is_no_formula_is_written_as_it_is(text: str) -> None:
    assert protected(text) == text
