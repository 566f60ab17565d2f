"""Change feeds at landing: which rows are deletions, where they stand in the order, and what is not understood."""

import csv
import io
from pathlib import Path

import psycopg
import pytest

from credit_grading.department.model import Delivery
from credit_grading.landing.problem import FeedOutcome, FeedProblem
from credit_grading.landing.receive import receive_feed
from tests.unit.landing_support import HEADER, csv_text, department, feed, no_connection, penalty, write

CHANGES = Delivery(
    "changes", operation="操作类型", written=("新增", "修改"), deleted=("删除", "D"), sequence="变更时间"
)  # fmt: skip
WIDE = [*HEADER, "操作类型", "变更时间"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    monkeypatch.setenv("CREDIT_GRADING_PERSON_KEY", "0" * 64)
    return tmp_path / "penalties"


def receive(warehouse: psycopg.Connection, delivery: Delivery = CHANGES, **changes) -> FeedOutcome:
    one = feed(delivery=delivery, **changes)
    return receive_feed(warehouse, department(one), one, open_connection=no_connection)


def landed(warehouse: psycopg.Connection, table: str = "administrative_penalty") -> list[tuple]:
    return warehouse.execute(
        f"select extra_columns, row_hash from landing.{table} order by batch_id, row_number".encode()
    ).fetchall()


def test_words_become_operations_and_stay_as_received(warehouse, folder):
    words = ["新增", " 修 改", "ｄ", "删除", "册除", ""]
    write(folder, "a.csv", csv_text([[*penalty(1), word, "2025-01-01 08:00"] for word in words], WIDE))
    outcome = receive(warehouse)
    assert (outcome.rows, outcome.problems) == (6, [])
    rows = landed(warehouse)
    marks = [(row[0]["_operation"], row[0]["_sequence"], row[0].get("操作类型", "")) for row in rows]
    moment = "2025-01-01 08:00"
    assert marks == [
        ("written", moment, "新增"), ("written", moment, " 修 改"), ("deleted", moment, "ｄ"),
        ("deleted", moment, "删除"), ("?册除", moment, "册除"), ("?", moment, ""),
    ]  # fmt: skip
    # writing the same content again is no news, its end is
    hashes = [row[1] for row in rows]
    assert hashes[0] == hashes[1] != hashes[2] == hashes[3]
    assert warehouse.execute("select delivery_kind, unknown_columns from landing.batch").fetchall() == [("changes", [])]


def test_no_changes_are_nothing_new_and_an_empty_file_is_an_alarm(warehouse, folder):
    write(folder, "a.csv", csv_text([], WIDE))
    assert receive(warehouse).outcome == "nothing_new"
    write(folder, "a.csv", "")
    with pytest.raises(FeedProblem, match="empty_feed"):
        receive(warehouse)


def test_a_missing_operation_column_is_a_wrong_header(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]))
    with pytest.raises(FeedProblem) as caught:
        receive(warehouse)
    assert caught.value.outcome.outcome == "wrong_header"
    assert "列 操作类型: 缺少送达方式所声明的列" in str(caught.value)
    assert "列 变更时间" in str(caught.value)


def test_a_column_of_the_contract_may_order_an_appending_feed(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]))
    receive(warehouse, Delivery(sequence="处罚决定日期"))
    assert [row[0] for row in landed(warehouse)] == [{"_sequence": "2025-03-04"}]


def test_deletions_of_persons_are_known_and_nothing_else_of_them_is_kept(warehouse, folder):
    from credit_grading.contract.load import load_contract

    contract = load_contract("procurement_expert")
    identity = contract.column(str(contract.subject["person_id"]))
    header = [column.name for column in contract.columns if column.header_required or column is identity]
    values = ["11010519491231002X" if name == identity.name else "甲" for name in header]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([[*header, "操作类型", "变更时间", "推荐人"], [*values, "删除", "1", "张三 11010519491231002X"]])
    write(folder, "a.csv", text.getvalue())
    receive(warehouse, contract_id="procurement_expert")
    [(extra, _)] = landed(warehouse, "procurement_expert")
    assert extra == {"_operation": "deleted", "_sequence": "1"}
