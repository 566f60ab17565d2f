"""A template of every contract, filled in, is received and staged as it is; and a check of a file tells what production
would do with it, without touching production."""

from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest

from credit_grading import cli, paths
from credit_grading.clerk.check import check_file
from credit_grading.clerk.example import example_value
from credit_grading.clerk.scratch import scratch_warehouse
from credit_grading.clerk.template import allowed_values, write_template
from credit_grading.contract.headings import heading_of
from credit_grading.contract.load import load_contracts
from credit_grading.contract.model import Contract
from credit_grading.department.load import load_departments
from credit_grading.department.model import Feed
from credit_grading.landing.person_keys import VARIABLE as PERSON_KEY
from credit_grading.landing.problem import FeedProblem
from credit_grading.landing.receive import receive_feed
from credit_grading.sources.location import VARIABLE as FEEDS
from tests.sql.landed import INVALID_CODE, VALID_CODE, prepare_seeds, rows_of, stage
from tests.unit.landing_support import HEADER, csv_text, department, no_connection, penalty, write

CODE = HEADER[2]


@pytest.fixture(scope="module")
def check_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One state folder for the checks of this module: the scratch server and the parsed project stay in it."""
    return tmp_path_factory.mktemp("state")


def feed_of(contract: Contract, **source: Any) -> Feed:
    place = {"kind": "xlsx", "location": f"feeds://{contract.id}/*.xlsx", **source}
    return Feed(id=contract.id, contract_id=contract.id, title_zh=contract.title_zh, source=place)


def filled_in(file: Path, contract: Contract, header_row: int) -> int:
    """Rows typed into the template: one per choice of the longest list. Returns how many."""
    book = openpyxl.load_workbook(file)
    page = book.worksheets[0]
    columns = {heading_of(column): column for column in contract.columns}
    header = [cell.value for cell in page[header_row]]
    choices = {heading: allowed_values(columns[heading], contract) for heading in header}
    rows = max(1, *(len(values) for values in choices.values()))
    for row in range(rows):
        for position, heading in enumerate(header, start=1):
            values = choices[heading] or [example_value(columns[heading], contract)]
            page.cell(header_row + 1 + row, position, values[row % len(values)])
    book.save(file)
    return rows


def test_every_contracts_template_is_empty_and_once_filled_in_all_accepted(
    warehouse: psycopg.Connection[Any], tmp_path: Path, check_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the end the check's verdict on a bad file is put beside production's, while both are at hand."""
    monkeypatch.setenv(FEEDS, str(tmp_path))
    monkeypatch.setenv(PERSON_KEY, "a key of the tests")
    contracts = load_contracts()
    assert len(contracts) >= 26
    prepare_seeds(warehouse)
    expected = {}
    for position, contract in enumerate(contracts.values()):
        # every third feed has a sheet of its own name, below a title row
        source = {"sheet": "明细", "header_row": 2} if position % 3 == 0 else {}
        feed = feed_of(contract, **source)
        office = department(feed)
        file = tmp_path / contract.id / "模板.xlsx"
        write_template(office, feed, file)
        with pytest.raises(FeedProblem) as refused:
            receive_feed(warehouse, office, feed, open_connection=no_connection)
        assert refused.value.outcome.outcome == "empty_feed", contract.id
        expected[contract.id] = filled_in(file, contract, source.get("header_row", 1))
        outcome = receive_feed(warehouse, office, feed, open_connection=no_connection)
        assert (outcome.outcome, outcome.rows) == ("loaded", expected[contract.id])
        unknown = "select unknown_columns from landing.batch where batch_id = %s"
        assert rows_of(warehouse, unknown, outcome.batches[0]) == [([],)], contract.id
    stage()
    found = rows_of(
        warehouse,
        "select contract_id, landed, accepted, (select jsonb_agg(reasons) from quarantine.rejected_row as rejected"
        " where rejected.contract_id = staged.contract_id) from staging.staged_batch as staged",
    )
    assert {contract: (landed, accepted, reasons) for contract, landed, accepted, reasons in found} == {
        contract: (rows, rows, None) for contract, rows in expected.items()
    }
    headings = {(contract, column): heading for contract, column, heading in rows_of(
        warehouse, "select contract_id, column_name, heading from quarantine.column_heading")}  # fmt: skip
    assert headings == {
        (contract.id, column.name): heading_of(column)
        for contract in contracts.values() for column in contract.columns if not column.personal
    }, "SQL and Python name the columns alike"  # fmt: skip
    the_check_agrees_with_production(warehouse, tmp_path, check_state, monkeypatch)


def the_check_agrees_with_production(
    warehouse: psycopg.Connection[Any], feeds: Path, check_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: list[dict[str, str]] = [
        {}, {CODE: "x"}, {CODE: INVALID_CODE}, {HEADER[0]: " "}, {HEADER[4]: "2199-01-01"}, {HEADER[5]: "暂无"}, {},
    ]  # fmt: skip
    bad = [penalty(number, **change) for number, change in enumerate(changes)]
    file = write(feeds, "bad/1.csv", csv_text(bad))
    feed = feed_of(load_contracts()["administrative_penalty"], kind="csv", location="feeds://bad/*.csv")
    office = department(feed)
    [batch] = receive_feed(warehouse, office, feed, open_connection=no_connection).batches
    stage("administrative_penalty")
    judged = "select row_number, reasons from quarantine.rejected_row where batch_id = %s order by 1"
    produced = rows_of(warehouse, judged, batch)
    assert [row for row, _ in produced] == [2, 3, 4, 5, 6]
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(check_state))
    with scratch_warehouse() as scratch:
        verdict = check_file(scratch, office, feed, file)
        [(checked,)] = rows_of(scratch, "select max(batch_id) from landing.batch")
        assert rows_of(scratch, judged, checked) == produced
    assert (verdict.landed, verdict.accepted, verdict.rejected, verdict.exit_code) == (7, 2, 5, 1)


def test_a_template_says_what_each_column_wants(tmp_path: Path) -> None:
    contract = load_contracts()["administrative_penalty"]
    feed = feed_of(contract)
    write_template(department(feed), feed, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["数据", "填写说明", "代码表"]
    page, notes, choices = book.worksheets
    header = {cell.value: cell for cell in page[1]}
    assert page.max_row == 1, "an example in the data would be delivered"
    assert "罚款金额（万元）" in header
    assert not {"法定代表人", "证件号码"} & set(header)
    assert header["处罚机关"].fill.start_color.rgb != header["备注"].fill.start_color.rgb
    assert header["处罚机关"].comment.text == "必填：文字"
    rules = {str(rule.sqref).split(":")[0].rstrip("0123456789"): rule for rule in page.data_validations.dataValidation}
    kinds = {heading: rules[cell.column_letter].type for heading, cell in header.items() if cell.column_letter in rules}
    assert (kinds["处罚决定日期"], kinds["罚款金额（万元）"], kinds["当前状态"]) == ("date", "decimal", "list")
    letter = header["当前状态"].column_letter
    assert [cell.value for cell in choices[letter]][1:5] == ["正常", "有效", "撤销", "已撤销"]
    words = [cell.value for cell in choices[letter] if cell.value]
    assert rules[letter].formula1 == f"'代码表'!${letter}$2:${letter}${len(words)}"
    explained = {row[0].value: [cell.value for cell in row] for row in notes.iter_rows(min_row=8)}
    assert set(explained) == set(header)
    assert explained["处罚有效期"][5] == "无处罚期限、长期、2099-12-31、9999-09-09"
    assert explained["处罚决定日期"][2:4] == ["日期 YYYY-MM-DD", "必填"]


def test_every_feed_of_the_city_has_a_template(tmp_path: Path) -> None:
    assert cli.main(["feed", "template", "--all", str(tmp_path)]) == 0
    written = {f"{file.parent.name}/{file.stem}" for file in tmp_path.rglob("*.xlsx")}
    assert written == {f"{office.id}/{feed.id}" for office in load_departments() for feed in office.feeds} != set()


def contents(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Every table of the warehouse with its number of rows and the hash of them all."""
    tables = rows_of(
        connection,
        "select oid::regclass::text from pg_class where relkind = 'r' and relnamespace::regnamespace::text"
        " not in ('pg_catalog', 'information_schema')",
    )
    return {
        table: rows_of(connection, f"select count(*), md5(string_agg(t::text, '' order by t::text)) from {table} as t")
        for (table,) in tables
    }


def test_checks_tell_what_production_would_do_and_leave_it_alone(
    warehouse: psycopg.Connection[Any], tmp_path: Path, check_state: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(check_state))
    monkeypatch.setenv(FEEDS, str(tmp_path / "feeds"))
    monkeypatch.delenv(PERSON_KEY, raising=False)
    offices = tmp_path / "departments"
    offices.mkdir()
    source = (paths.departments() / "market_regulation.yml").read_text(encoding="utf-8")
    feed = {"csv": "administrative_penalties", "xlsx": "penalties_by_workbook"}
    start = source.index("  - id: administrative_penalties")
    extra = source[start : source.index("  - id:", start + 1)]
    extra = extra.replace(feed["csv"], feed["xlsx"]).replace("kind: csv", "kind: xlsx").replace("*.csv", "*.xlsx")
    monkeypatch.setenv("CREDIT_GRADING_DEPARTMENTS", str(offices))
    # feeds come before what is delivered to the department
    text = source.replace("deliveries:\n", f"{extra}deliveries:\n")
    (offices / "market_regulation.yml").write_text(text, encoding="utf-8")
    write(tmp_path / "feeds", "market_regulation/administrative_penalty/1.csv", csv_text([penalty(0)]))
    before = contents(warehouse)
    assert len(before) > 20

    def check(file: Path, kind: str = "csv", *arguments: str) -> tuple[int, str]:
        code = cli.main(
            ["feed", "check", str(file), "--department", "market_regulation", "--feed", feed[kind], *arguments]
        )
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    rows = [penalty(1), penalty(2, **{CODE: INVALID_CODE}), penalty(3, **{"处罚决定日期": "<b>昨天</b>"}),
            penalty(4, **{CODE: "暂无"}), penalty(1)]  # fmt: skip
    dirty = write(tmp_path, "dirty.csv", csv_text(rows), "gb18030")
    code, told = check(dirty)
    assert code == 1
    for words in (
        "编码 encoding　gb18030（识别 detected）", "行数 rows　5", "接受 accepted　3", "隔离 rejected　2", "校验位不符",
        f"第 2 行 row　{INVALID_CODE}", "按营业执照核对代码", "没有统一社会信用代码", "只计一次", "校验 stage",
    ):  # fmt: skip
        assert words in told
    page = tmp_path / "report.html"
    assert check(dirty, "csv", "--output", str(page))[0] == 1
    assert "&lt;b&gt;昨天&lt;/b&gt;" in page.read_text(encoding="utf-8")

    unusable = {
        "short.csv": (csv_text([[*penalty(1)[:5]]], HEADER[:5]), "wrong_header"),
        "renamed.csv": (csv_text([penalty(1)], [*HEADER[:5], "处罚机关名称"]), "可能是"),
        "empty.csv": (csv_text([]), "empty_feed"),
        "book.csv": (b"PK\x03\x04rest", "请另存为"),
    }
    for name, (content, words) in unusable.items():
        code, told = check(write(tmp_path, name, content))
        assert (code, words in told) == (2, True), (name, told)
    assert check(tmp_path / "absent.csv")[0] == 2
    code, told = check(tmp_path / "absent.csv", "csv", "--format", "xlsx")
    assert (code, "--output" in told) == (2, True)
    assert cli.main(["feed", "check", str(dirty), "--department", "market_regulations", "--feed", "x"]) == 2
    assert "market_regulation" in capsys.readouterr().err

    # a copy with the mistakes marked; corrected in place, it is clean for the feed that reads workbooks
    copy = tmp_path / "copy.xlsx"
    assert check(dirty, "csv", "--format", "xlsx", "--output", str(copy))[0] == 1
    book = openpyxl.load_workbook(copy)
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["隔离原因", *HEADER]
    assert [sheet.cell(row, 1).value is None for row in range(2, 7)] == [True, False, False, True, True]
    assert "不是日期" in sheet.cell(4, 6).comment.text
    sheet.cell(3, 4).value, sheet.cell(4, 6).value = VALID_CODE, "2025-01-05"
    book.save(copy)
    assert check(copy, "xlsx")[0] == 0
    assert contents(warehouse) == before
    assert dirty.read_bytes() == csv_text(rows).encode("gb18030")
