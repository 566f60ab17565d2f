"""A template is of a feed, not only of its contract: it has the feed's own headings, and the columns that its delivery
names. And a check says what the feed would say of the file as a whole."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest

from credit_grading.clerk.check import check_file
from credit_grading.clerk.example import example_value
from credit_grading.clerk.template import template_columns, write_template
from credit_grading.contract.load import load_contract
from credit_grading.department.model import Delivery, Feed
from credit_grading.landing.receive import receive_feed
from tests.unit.landing_support import csv_text, department, feed, no_connection, penalty, write

XLSX = {"kind": "xlsx", "location": "feeds://penalties/*.xlsx"}
CHANGES = Delivery("changes", operation="操作", written=("新增", "修改"), deleted=("注销",), sequence="序号")
OWN = {"被罚单位": "penalised_name", "备注": None, "罚款金额（万元）": None}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    return tmp_path / "penalties"


def filled_in(file: Path, one: Feed) -> dict[str, int]:
    contract = load_contract(one.contract_id)
    book = openpyxl.load_workbook(file)
    page = book.worksheets[0]
    columns = template_columns(one, contract)
    assert [cell.value for cell in page[1]] == list(columns)
    for position, column in enumerate(columns.values(), start=1):
        page.cell(2, position, example_value(column, contract))
    book.save(file)
    return {heading: position for position, heading in enumerate(columns)}


@pytest.mark.parametrize(
    "delivery",
    [
        Delivery(),
        Delivery(sequence="序号"),
        Delivery("snapshot"),
        CHANGES,
        # columns of the contract itself, under one of several headings
        replace(CHANGES, operation="bz", sequence="数据来源单位"),
    ],
    ids=["append", "sequence", "snapshot", "changes", "contract's own"],
)
@pytest.mark.parametrize("headers", [{}, OWN], ids=["contract", "department"])
def test_a_filled_in_template_is_what_the_feed_expects(
    warehouse: psycopg.Connection[Any], folder: Path, delivery: Delivery, headers: dict[str, str | None]
) -> None:
    delivery = replace(delivery, operation="BZ") if delivery.operation == "bz" else delivery
    one = feed(source=XLSX, delivery=delivery, headers={} if delivery.operation == "BZ" else headers)
    write_template(department(one), one, folder / "1.xlsx")
    heading = filled_in(folder / "1.xlsx", one)
    outcome = receive_feed(warehouse, department(one), one, open_connection=no_connection)
    assert (outcome.outcome, outcome.rows, outcome.problems) == ("loaded", 1, [])
    assert not heading.keys() & {"备注", "罚款金额（万元）"} or not one.headers
    [(extra, unknown, fine)] = warehouse.execute(
        "select extra_columns, unknown_columns, headings ->> 'fine_amount' from landing.administrative_penalty"
        " join landing.batch using (batch_id)"
    ).fetchall()
    assert unknown == []
    assert fine != "punishmoney"
    if delivery.operation:
        assert extra["_operation"] == "written"
        assert extra["_sequence"]


def test_a_template_says_how_the_feed_delivers(tmp_path: Path) -> None:
    source = {"kind": "csv", "location": "feeds://x/*.txt", "encoding": "gb18030", "delimiter": "tab"}
    one = feed(source=source, delivery=replace(CHANGES, kind="snapshot", parts_of=r"\d{6}"))
    write_template(department(one), one, tmp_path / "t.xlsx")
    page, notes, choices = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets
    [way] = notes[3][0:1]
    for said in ("编码 gb18030，列分隔符为制表符", "每次须报送完整的清单", r"\d{6}"):
        assert said in way.value
    letter = next(cell.column_letter for cell in page[1] if cell.value == "操作")
    assert [cell.value for cell in choices[letter]][1:4] == ["新增", "修改", "注销"]


def test_a_check_says_of_which_list_a_file_is_and_reads_the_feed_s_own_kind(
    warehouse: psycopg.Connection[Any], tmp_path: Path
) -> None:
    import pandas

    one = feed(delivery=Delivery("snapshot", parts_of=r"\d{6}"))
    file = write(tmp_path, "清单.csv", csv_text([penalty(1)]))
    verdict = check_file(warehouse, department(one), one, file)
    assert (verdict.outcome, verdict.exit_code) == ("unreadable_file", 2)
    assert "不知属于哪一份清单" in verdict.problems[-1].message
    pandas.DataFrame({"文号": ["一"]}).to_parquet(tmp_path / "1.parquet")
    other = feed(source={"kind": "parquet", "location": "feeds://x/*.parquet"})
    assert check_file(warehouse, department(other), other, tmp_path / "1.parquet").outcome == "wrong_header"
    http = feed(source={"kind": "http", "connection": "x", "path": "/x"})
    assert "没有文件可检查" in check_file(warehouse, department(http), http, file).problems[-1].message
