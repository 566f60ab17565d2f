"""Drift of a feed's header: what is new, renamed, lost or back again, and how a department's file puts it right."""

from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from credit_grading.department.model import Assertions
from credit_grading.landing.person_keys import VARIABLE
from credit_grading.landing.problem import FeedOutcome, FeedProblem
from credit_grading.landing.receive import receive_feed
from tests.unit.landing_support import (
    HEADER,
    attempts,
    count,
    csv_text,
    department,
    feed,
    no_connection,
    penalty,
    write,
)

TABLE = "landing.administrative_penalty"
OFFENCE = "违法行为类型"
LABEL = f"CF_WFXW {OFFENCE}"
# the same column, as a new office system heads it
RENAMED = "违法行为的类型"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    return tmp_path / "penalties"


def receive(warehouse: psycopg.Connection, **changes) -> FeedOutcome:
    one = feed(**changes)
    return receive_feed(warehouse, department(one), one, open_connection=no_connection)


def refused(warehouse: psycopg.Connection, **changes) -> str:
    with pytest.raises(FeedProblem) as caught:
        receive(warehouse, **changes)
    assert caught.value.outcome.outcome == "wrong_header"
    return str(caught.value)


def deliver(folder: Path, name: str, *extra: str, values: tuple[str, ...] = (), renamed: dict[str, str] | None = None):
    """A file of one penalty, with further columns behind the usual ones."""
    header = [(renamed or {}).get(heading, heading) for heading in HEADER]
    write(folder, name, csv_text([[*penalty(ord(name[0])), *values]], [*header, *extra]))


def drift(warehouse: psycopg.Connection) -> list[tuple]:
    return warehouse.execute(
        "select kind, column_name, suggested_column, state, is_refused from quality.schema_drift"
        " where feed_id = 'penalties' order by kind, column_name"
    ).fetchall()


def offences(warehouse: psycopg.Connection) -> list[tuple]:
    return warehouse.execute(f"select offence_kind, extra_columns from {TABLE} order by batch_id".encode()).fetchall()


def test_a_new_column_is_kept_reported_and_settled_by_one_line(warehouse, folder):
    deliver(folder, "a.csv", "经办科室", values=("法规科",))
    receive(warehouse)
    # what was there from the first delivery on is no drift
    assert drift(warehouse) == []
    deliver(folder, "b.csv", "经办科室", "案源", values=("法规科", "举报"))
    assert [(p.level, p.column) for p in receive(warehouse).problems] == [("info", "经办科室"), ("info", "案源")]
    assert drift(warehouse) == [("new_column", "案源", None, "open", False)]
    assert offences(warehouse)[1] == (None, {"经办科室": "法规科", "案源": "举报"})
    deliver(folder, "c.csv", "经办科室", "案源", values=("法规科", "检查"))
    outcome = receive(warehouse, headers={"案源": None})
    assert [p.column for p in outcome.problems] == ["经办科室"]
    assert drift(warehouse) == [("new_column", "案源", None, "settled", False)]
    assert offences(warehouse)[2] == (None, {"经办科室": "法规科", "案源": "检查"})


def test_a_renamed_required_column_blocks_its_feed_only_and_one_line_opens_it(warehouse, folder, tmp_path):
    deliver(folder, "a.csv")
    deliver(tmp_path / "others", "a.csv")
    other = {"id": "others", "source": {"kind": "csv", "location": "feeds://others/*.csv"}}
    receive(warehouse)
    deliver(folder, "b.csv", renamed={"处罚机关": "作出处罚机关"})
    message = refused(warehouse)
    assert "文件 b.csv" in message
    assert "列 '作出处罚机关' 可能是 'CF_CFJG 处罚机关'" in message
    assert receive(warehouse, **other).outcome == "loaded"
    assert count(warehouse, TABLE) == 2
    assert drift(warehouse) == [
        ("lost_required", "penalty_authority", None, "open", True),
        ("renamed_column", "作出处罚机关", "penalty_authority", "open", True),
    ]
    assert receive(warehouse, headers={"作出处罚机关": "penalty_authority"}).rows == 1
    assert {state for _, _, _, state, _ in drift(warehouse)} == {"back_again", "settled"}
    assert count(warehouse, f"{TABLE} where penalty_authority = '重庆市市场监督管理局'") == 3


def test_a_renamed_optional_column_that_held_values_blocks_the_feed(warehouse, folder):
    deliver(folder, "a.csv", OFFENCE, values=("虚假宣传",))
    receive(warehouse)
    deliver(folder, "b.csv", RENAMED, values=("价格欺诈",))
    message = refused(warehouse)
    assert f"headers: {{{RENAMED}: offence_kind}}" in message
    assert f"headers: {{{RENAMED}: null}}" in message
    assert count(warehouse, TABLE) == 1
    assert drift(warehouse) == [("renamed_column", RENAMED, "offence_kind", "open", True)]
    # until somebody says what it is, it stays closed
    refused(warehouse)
    assert receive(warehouse, headers={RENAMED: "offence_kind"}).rows == 1
    assert offences(warehouse) == [("虚假宣传", None), ("价格欺诈", None)]
    assert drift(warehouse) == [("renamed_column", RENAMED, "offence_kind", "settled", True)]


def test_a_heading_that_is_said_to_be_another_column_lands_beside_the_contract(warehouse, folder):
    deliver(folder, "a.csv", OFFENCE, values=("虚假宣传",))
    receive(warehouse)
    deliver(folder, "b.csv", RENAMED, values=("甲类",))
    outcome = receive(warehouse, headers={RENAMED: None})
    assert offences(warehouse)[1] == (None, {RENAMED: "甲类"})
    assert [(p.level, p.column) for p in outcome.problems] == [("warning", LABEL)]
    assert "此前有值，本次没有" in outcome.problems[0].message
    assert drift(warehouse) == [("lost_optional", "offence_kind", None, "open", False)]


def test_a_lost_optional_column_is_a_warning_until_it_is_back(warehouse, folder):
    deliver(folder, "a.csv", OFFENCE, values=("虚假宣传",))
    receive(warehouse)
    deliver(folder, "b.csv")
    assert [(p.level, p.column) for p in receive(warehouse).problems] == [("warning", LABEL)]
    deliver(folder, "c.csv")
    assert receive(warehouse).problems == []
    assert drift(warehouse) == [("lost_optional", "offence_kind", None, "open", False)]
    deliver(folder, "d.csv", OFFENCE, values=("价格欺诈",))
    receive(warehouse)
    assert drift(warehouse) == [("lost_optional", "offence_kind", None, "back_again", False)]


def test_a_column_that_never_held_a_value_may_go_or_change_its_name(warehouse, folder):
    deliver(folder, "a.csv", OFFENCE, values=(" ",))
    receive(warehouse)
    deliver(folder, "b.csv", RENAMED, values=("价格欺诈",))
    outcome = receive(warehouse)
    assert ("warning", LABEL) in [(p.level, p.column) for p in outcome.problems]
    assert drift(warehouse) == [("renamed_column", RENAMED, "offence_kind", "open", False)]


def test_what_was_landed_as_unknown_is_received_again_once_it_is_named(warehouse, folder):
    deliver(folder, "a.csv", RENAMED, values=("虚假宣传",))
    deliver(folder, "b.csv")
    receive(warehouse)
    assert offences(warehouse) == [(None, {RENAMED: "虚假宣传"}), (None, None)]
    headers = {RENAMED: "offence_kind"}
    outcome = receive(warehouse, headers=headers)
    # only the file that has the column
    assert (outcome.outcome, outcome.rows) == ("loaded", 1)
    assert offences(warehouse)[2] == ("虚假宣传", None)
    first, last = warehouse.execute("select min(batch_id), max(batch_id) from landing.batch").fetchone()
    follows = warehouse.execute("select follows_batch_id from landing.batch where batch_id = %s", (last,)).fetchone()
    assert follows == (first,)
    assert receive(warehouse, headers=headers).outcome == "nothing_new"
    assert count(warehouse, TABLE) == 3


def test_a_database_is_read_from_the_start_once_a_column_of_it_is_named(warehouse, tmp_path):
    url = f"sqlite:///{tmp_path / 'source.db'}"
    engine = sqlalchemy.create_engine(url)

    def add(number: int) -> None:
        row = {"n": f"决{number}", "u": f"2026-01-0{number}"}
        statement = "insert into penalty values (:n, '某公司', '', '罚款', '2025-01-02', '局', '虚假宣传', :u)"
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text(statement), row)

    with engine.begin() as connection:
        columns = "decision_number, penalised_name, penalised_credit_code, penalty_kind, decided_on, penalty_authority"
        connection.execute(sqlalchemy.text(f"create table penalty ({columns}, {RENAMED}, updated_at)"))
    add(1)
    source = {"kind": "sql", "connection": "office", "table": "penalty", "cursor": "updated_at"}

    def read(**changes) -> FeedOutcome:
        one = feed(source=source, **changes)
        return receive_feed(warehouse, department(one), one, open_connection=lambda _: url)

    assert read().rows == 1
    add(2)
    assert read().rows == 1
    assert {kind for kind, _ in offences(warehouse)} == {None}
    headers = {RENAMED: "offence_kind"}
    assert read(headers=headers).rows == 2
    assert read(headers=headers).outcome == "nothing_new"
    add(3)
    assert read(headers=headers).rows == 1
    assert [kind for kind, _ in offences(warehouse)] == [None, None, *["虚假宣传"] * 3]
    engine.dispose()


def test_json_lines_without_a_key_have_lost_nothing(warehouse, folder):
    keys = ["decision_number", "penalised_name", "penalised_credit_code", "penalty_kind", "decided_on"]
    pairs = ", ".join(f'"{key}": "2025-01-02"' for key in [*keys, "penalty_authority"])
    source = {"kind": "json_lines", "location": "feeds://penalties/*.jsonl"}
    write(folder, "a.jsonl", f'{{{pairs}, "offence_kind": "虚假宣传"}}\n')
    receive(warehouse, source=source)
    write(folder, "b.jsonl", f"{{{pairs}}}\n")
    assert receive(warehouse, source=source).problems == []
    # but another name for it is another name
    write(folder, "c.jsonl", f'{{{pairs}, "offence_kind": "虚假宣传"}}\n')
    receive(warehouse, source=source)
    write(folder, "d.jsonl", f'{{{pairs}, "offence_kinds": "虚假宣传"}}\n')
    assert "可能是" in refused(warehouse, source=source)


def test_two_headings_for_one_column_are_refused_also_where_one_is_the_department_s(warehouse, folder):
    deliver(folder, "a.csv", OFFENCE, RENAMED, values=("虚假宣传", "价格欺诈"))
    assert "two columns for one: offence_kind" in refused(warehouse, headers={RENAMED: "offence_kind"})


def test_a_person_s_number_is_shielded_under_the_department_s_own_heading(warehouse, tmp_path, monkeypatch):
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    monkeypatch.setenv(VARIABLE, "a key")
    number = "11010519491231002X"
    source = {"kind": "csv", "location": "feeds://experts/*.csv"}
    experts = {"id": "experts", "contract_id": "procurement_expert", "source": source}
    # the header was forgotten: somebody's data is in its place, and stays out of the ledger
    write(tmp_path / "experts", "a.csv", f"{number},张三丰,专1,土建,2025-01-02\n{number},李四,专2,土建,2025-01-02\n")
    refused(warehouse, **experts)
    [header] = warehouse.execute("select to_jsonb(header)::text from landing.received_header as header").fetchall()
    assert number not in header[0]
    assert "张三丰" not in header[0]
    assert number not in str(attempts(warehouse))
    write(
        tmp_path / "experts",
        "a.csv",
        f"证照号,专家姓名,专家编号,评审专业,入库日期\n{number},张三丰,专1,土建,2025-01-02\n",
    )
    assert receive(warehouse, **experts, headers={"证照号": "person_key"}).rows == 1
    [row] = warehouse.execute("select to_jsonb(row)::text from landing.procurement_expert as row").fetchall()
    assert number not in row[0]
    assert '"P:' in row[0]


def test_corrections_lose_no_column_and_nothing_is_compared_with_them(warehouse, folder):
    deliver(folder, "a.csv", OFFENCE, "案源", values=("虚假宣传", "举报"))
    receive(warehouse)
    write(folder, "b.csv", csv_text([["Q1-1", *penalty(1), "退回重报"]], ["隔离编号", *HEADER, "违法行为类"]))
    assert [(p.level, p.column) for p in receive(warehouse).problems if p.level != "info"] == [("warning", LABEL)]
    deliver(folder, "c.csv", RENAMED, values=("价格欺诈",))
    assert f"headers: {{{RENAMED}: offence_kind}}" in refused(warehouse)
    # a required column that somebody cut from them is not lost to the feed
    write(folder, "d.csv", csv_text([["Q1-1", *penalty(1)[1:]]], ["隔离编号", *HEADER[1:]]))
    refused(warehouse)
    assert drift(warehouse) == [("renamed_column", RENAMED, "offence_kind", "open", True)]


def test_the_header_of_a_file_with_too_few_rows_is_written_down(warehouse, folder):
    deliver(folder, "a.csv")
    receive(warehouse)
    deliver(folder, "b.csv", "案源", values=("举报",))
    with pytest.raises(FeedProblem, match="volume_below_minimum"):
        receive(warehouse, assertions=Assertions(minimum_rows=2))
    assert drift(warehouse) == [("new_column", "案源", None, "open", True)]
