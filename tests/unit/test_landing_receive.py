"""Every named outcome of receiving a file, with what is landed, what is recorded and what the message says."""

from pathlib import Path

import psycopg
import pytest

from credit_grading.department.model import Assertions
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


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    return tmp_path / "penalties"


def receive(warehouse: psycopg.Connection, **changes) -> FeedOutcome:
    one = feed(**changes)
    return receive_feed(warehouse, department(one), one, open_connection=no_connection, dag_run_id="run_1")


def refused(warehouse: psycopg.Connection, outcome: str, **changes) -> FeedProblem:
    """Receive a feed that must end in an alarm; the alarm must be in the ledger in the same words."""
    with pytest.raises(FeedProblem) as caught:
        receive(warehouse, **changes)
    assert caught.value.outcome.outcome == outcome
    assert str(caught.value).startswith(f"market_regulation/penalties: {outcome}\n")
    recorded, batches, rows, problems = attempts(warehouse)[-1]
    assert (recorded, batches, rows) == (outcome, caught.value.outcome.batches, caught.value.outcome.rows)
    assert [problem["message"] for problem in problems] == [p.message for p in caught.value.outcome.problems]
    return caught.value


def test_a_file_lands_as_received_with_its_provenance(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1), penalty(2, 处罚决定日期="2025年3月4日 ")]))
    outcome = receive(warehouse)
    assert (outcome.outcome, outcome.rows, len(outcome.batches)) == ("loaded", 2, 1)
    rows = warehouse.execute(
        f"select batch_id, row_number, decision_number, decided_on, extra_columns, fine_amount from {TABLE} order by 2"
    ).fetchall()
    assert rows == [
        (outcome.batches[0], 1, "渝市监处字〔2025〕第1号", "2025-03-04", None, None),
        (outcome.batches[0], 2, "渝市监处字〔2025〕第2号", "2025年3月4日 ", None, None),
    ]
    batch = warehouse.execute(
        "select contract_id, department_id, feed_id, window_key, source_name, row_count, unknown_columns, dag_run_id"
        " from landing.batch"
    ).fetchall()
    expected = ("administrative_penalty", "market_regulation", "penalties", "a.csv", "a.csv", 2, [], "run_1")
    assert batch == [expected]
    assert attempts(warehouse) == [("loaded", outcome.batches, 2, [])]


def test_a_gb18030_file_lands_as_the_same_text(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]), "gb18030")
    receive(warehouse)
    name = warehouse.execute(f"select penalised_name from {TABLE}").fetchone()
    assert name == ("重庆测试建设有限公司",)


def test_official_codes_full_width_and_a_byte_order_mark_are_the_same_header(warehouse, folder):
    header = [
        "CF_WSH",
        " 行政相对人名称",
        "行政相对人代码＿１（统一社会信用代码）",
        "ｃｆ＿cflb",
        "处罚决定日期",
        "CF_CFJG",
    ]
    write(folder, "a.csv", csv_text([penalty(1)], header), "utf-8-sig")
    assert receive(warehouse).problems == []
    row = warehouse.execute(f"select decision_number, penalised_credit_code, penalty_kind from {TABLE}").fetchone()
    assert row == ("渝市监处字〔2025〕第1号", "9150000020286320X6", "罚款")


def test_unknown_columns_are_kept_and_reported(warehouse, folder):
    write(folder, "a.csv", csv_text([[*penalty(1), "甲\t乙\\丙"], [*penalty(2), ""]], [*HEADER, "经办科室"]))
    outcome = receive(warehouse)
    assert [(p.level, p.column) for p in outcome.problems] == [("info", "经办科室")]
    rows = warehouse.execute(f"select extra_columns from {TABLE} order by row_number").fetchall()
    assert rows == [({"经办科室": "甲\t乙\\丙"},), (None,)]
    assert warehouse.execute("select unknown_columns from landing.batch").fetchone() == (["经办科室"],)


def test_an_unknown_column_is_no_part_of_the_row_hash(warehouse, folder):
    write(folder, "a.csv", csv_text([[*penalty(1), "2025-01-01 08:00"]], [*HEADER, "导出时间"]))
    write(folder, "b.csv", csv_text([[*penalty(1), "2025-01-02 08:00"]], [*HEADER, "导出时间"]))
    write(folder, "c.csv", csv_text([[*penalty(2), "2025-01-02 08:00"]], [*HEADER, "导出时间"]))
    receive(warehouse)
    hashes = [found[0] for found in warehouse.execute(f"select row_hash from {TABLE} order by batch_id")]
    assert hashes[0] == hashes[1] != hashes[2]


def test_personal_data_does_not_pass_the_door(warehouse, folder):
    number = "11010519491231002X"
    header = [*HEADER, "法定代表人证件号码", "身份证号"]
    text = csv_text([[*penalty(1), number, number]], header) + f'"{number},坏行\n'
    write(folder, "a.csv", text)
    receive(warehouse)
    stored = [str(found[0]) for found in warehouse.execute(f"select to_jsonb(row)::text from {TABLE} as row")]
    assert len(stored) == 2
    assert not any(number in row for row in stored)
    assert "坏行" in stored[1]


def test_characters_that_copy_would_misread_arrive_unchanged(warehouse, folder):
    odd = 'a\tb\\N "quoted" \r\n\\. 逗,号'
    write(folder, "a.csv", csv_text([penalty(1, 处罚机关=odd), penalty(2, 处罚机关="\\N"), penalty(3, 处罚机关="")]))
    receive(warehouse)
    rows = warehouse.execute(f"select penalty_authority from {TABLE} order by row_number").fetchall()
    assert rows == [(odd,), ("\\N",), ("",)]


def test_a_nul_character_is_replaced_and_noted(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1, 处罚机关="甲\0乙"), penalty(2)]))
    outcome = receive(warehouse)
    assert [(p.level, p.row, p.column) for p in outcome.problems] == [("warning", 1, "处罚机关")]
    row = warehouse.execute(f"select penalty_authority, extra_columns from {TABLE} where row_number = 1").fetchone()
    assert row == ("甲\ufffd乙", {"_replaced_characters": ["处罚机关"]})


def test_ragged_and_unparsable_rows_are_kept_whole_and_named(warehouse, folder):
    lines = csv_text([[*penalty(1), "多出"], penalty(2)[:4], penalty(3)]).splitlines()
    write(folder, "a.csv", "\n".join([*lines, '"没有结束的引号,x', *csv_text([penalty(4)]).splitlines()[1:]]) + "\n")
    outcome = receive(warehouse)
    assert (outcome.outcome, outcome.rows) == ("loaded", 5)
    assert [(p.level, p.row) for p in outcome.problems] == [("error", 1), ("error", 2), ("error", 4)]
    assert str(outcome.problems[0]).startswith(
        "market_regulation/penalties 文件 a.csv 第 1 行 (row 1): 应有 6 列，实有 7 列"
    )
    rows = warehouse.execute(
        f"select row_number, decision_number, penalty_authority, extra_columns from {TABLE} order by 1"
    ).fetchall()
    assert rows[0][3] == {"_note": "ragged_row", "_surplus": ["多出"]}
    assert rows[1] == (2, "渝市监处字〔2025〕第2号", None, {"_note": "ragged_row"})
    assert rows[3] == (4, None, None, {"_unparsed": '"没有结束的引号,x'})
    assert rows[4][1] == "渝市监处字〔2025〕第4号"


def test_many_problems_of_a_kind_are_counted_not_listed(warehouse, folder):
    write(folder, "a.csv", csv_text([[*penalty(n), "多"] for n in range(50)]))
    problems = receive(warehouse).problems
    assert len(problems) == 21
    assert "共 50 行" in problems[-1].message


def test_wrong_header_names_the_column_and_what_it_may_be(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)], [*HEADER[:5], "处罚机构"]))
    problem = refused(warehouse, "wrong_header")
    assert "文件 a.csv 列 CF_CFJG 处罚机关: 缺少列“CF_CFJG 处罚机关”" in str(problem)
    assert "列 '处罚机构' 可能是 'CF_CFJG 处罚机关'" in str(problem)
    assert count(warehouse, TABLE) == count(warehouse, "landing.batch") == 0


def test_a_renamed_optional_column_is_a_warning(warehouse, folder):
    write(folder, "a.csv", csv_text([[*penalty(1), "0.2"]], [*HEADER, "罚款金额（元万）"]))
    outcome = receive(warehouse)
    assert outcome.outcome == "loaded"
    assert any(p.level == "warning" and "'罚款金额（元万）' 可能是" in p.message for p in outcome.problems)


@pytest.mark.parametrize("double", ["处罚机关", "CF_CFJG"])
def test_two_columns_for_one_is_a_wrong_header(warehouse, folder, double):
    write(folder, "a.csv", csv_text([[*penalty(1), "x"]], [*HEADER, double]))
    assert f"列“{double}”与“处罚机关”重复" in str(refused(warehouse, "wrong_header"))


def test_unknown_encoding_blocks_the_file_and_names_the_line(warehouse, folder):
    text = csv_text([penalty(1), penalty(2)]).encode()
    write(folder, "a.csv", text[:-10] + b"\xff\xfe\x80" + text[-10:])
    assert "文件 a.csv: 文件编码无法确定：第 3 行不是 UTF-8" in str(refused(warehouse, "unknown_encoding"))
    assert count(warehouse, TABLE) == 0


def test_a_declared_encoding_is_believed_and_checked(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]), "gb18030")
    source = {"kind": "csv", "location": "feeds://penalties/*.csv"}
    problem = refused(warehouse, "unknown_encoding", source=source | {"encoding": "utf-8"})
    assert "第 1 行不能按声明的编码 utf-8 读取" in str(problem)
    assert receive(warehouse, source=source | {"encoding": "gbk"}).rows == 1


@pytest.mark.parametrize("content", ["", "\n\n", csv_text([])], ids=["zero_bytes", "blank_lines", "header_only"])
def test_an_empty_file_is_an_alarm_not_a_success(warehouse, folder, content):
    write(folder, "a.csv", content)
    assert "文件 a.csv: " in str(refused(warehouse, "empty_feed"))
    assert count(warehouse, "landing.batch") == 0


def test_a_missing_file_is_named(warehouse, folder):
    assert "feeds://penalties/*.csv: 没有找到文件" in str(refused(warehouse, "missing_file", grace_days=3))


def test_a_file_absent_within_its_grace_is_not_yet_published(warehouse, folder):
    file = write(folder, "a.csv", csv_text([penalty(1)]))
    receive(warehouse)
    file.unlink()
    assert receive(warehouse, grace_days=3).outcome == "not_yet_published"
    warehouse.execute("update landing.batch set known_from = known_from - interval '4 days'")
    refused(warehouse, "missing_file", grace_days=3)


def workbook(folder: Path, rows: list[list[object]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


XLSX = {"kind": "xlsx", "location": "feeds://penalties/*.xlsx"}


def test_a_truncated_workbook_is_unreadable(warehouse, folder):
    file = workbook(folder, [HEADER, penalty(1)])
    file.write_bytes(file.read_bytes()[:-200])
    problem = refused(warehouse, "unreadable_file", source=XLSX)
    assert "文件 a.xlsx: XLSX 文件损坏或不完整" in str(problem)
    assert count(warehouse, "landing.batch") == 0


def test_a_workbook_lands_like_a_csv(warehouse, folder):
    workbook(folder, [HEADER, penalty(1), [], penalty(2)])
    assert receive(warehouse, source=XLSX).rows == 2
    write(folder, "a.csv", csv_text([penalty(1), penalty(2)]))
    receive(warehouse)
    hashes = warehouse.execute(f"select count(distinct row_hash), count(*) from {TABLE}").fetchone()
    assert hashes == (2, 4)


def test_too_few_rows_land_nothing_and_the_last_good_data_stays(warehouse, folder):
    file = write(folder, "a.csv", csv_text([penalty(n) for n in range(5)]))
    limits = Assertions(minimum_rows=3)
    receive(warehouse, assertions=limits)
    file.write_text(csv_text([penalty(1)]))
    problem = refused(warehouse, "volume_below_minimum", assertions=limits)
    assert "只有 1 行，少于下限 3 行" in str(problem)
    assert count(warehouse, TABLE) == 5


def test_too_many_rows_land_with_a_warning(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(n) for n in range(5)]))
    outcome = receive(warehouse, assertions=Assertions(minimum_rows=1, maximum_rows=4))
    assert (outcome.outcome, outcome.rows) == ("loaded", 5)
    assert [p.level for p in outcome.problems] == ["warning"]


def test_a_bad_file_does_not_hold_up_the_good_ones(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]))
    write(folder, "b.csv", csv_text([penalty(2)], ["x"] * 6))
    write(folder, "c.csv", csv_text([penalty(3)]))
    problem = refused(warehouse, "wrong_header")
    assert (len(problem.outcome.batches), problem.outcome.rows) == (2, 2)
    assert {p.file for p in problem.outcome.problems} == {"b.csv"}
    assert count(warehouse, TABLE) == 2


def test_a_connection_inside_a_transaction_is_refused(warehouse, folder):
    with warehouse.transaction(), pytest.raises(RuntimeError, match="commits its own transactions"):
        receive(warehouse)


def test_a_planned_feed_misses_nothing_and_receives_what_is_there(warehouse, folder):
    assert receive(warehouse, live_since=None).outcome == "not_yet_published"
    assert attempts(warehouse) == [("not_yet_published", [], 0, [])]
    write(folder, "a.csv", csv_text([penalty(1)]))
    assert receive(warehouse, live_since=None).outcome == "loaded"
    refused(warehouse, "missing_file", source={"kind": "csv", "location": "feeds://elsewhere/*.csv"})
