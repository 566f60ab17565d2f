"""What a feed of a department file may say: how it delivers, since when it is live, its headings, web services."""

from datetime import date
from pathlib import Path

import pytest

from credit_grading.department.model import Delivery
from tests.unit.department_support import GOOD, SQL, load, problems

CHANGES = "{kind: changes, operation: 操作类型, written: [新增, 修改], deleted: [删除, D], sequence: 序号}"


def delivered(delivery: str) -> str:
    return f"{GOOD}    delivery: {delivery}\n"


def test_how_a_feed_delivers(tmp_path):
    assert load(tmp_path, GOOD)[0].feeds[0].delivery == Delivery("append")
    [department] = load(tmp_path, delivered("{kind: snapshot, parts_of: '[0-9]{4}', maximum_disappeared_percent: 5}"))
    assert department.feeds[0].delivery == Delivery("snapshot", maximum_disappeared_percent=5, parts_of="[0-9]{4}")
    [department] = load(tmp_path, delivered(CHANGES))
    assert department.feeds[0].delivery == Delivery(
        "changes", operation="操作类型", written=("新增", "修改"), deleted=("删除", "D"), sequence="序号"
    )


@pytest.mark.parametrize(
    ("delivery", "message"),
    [
        ("{kind: full}", "'full' is not allowed"),
        ("{kind: append, parts_of: x}", "'feeds[1].delivery.parts_of' 不能用于此类送达方式"),
        ("{kind: snapshot, sequence: x}", "'feeds[1].delivery.sequence' 不能用于此类送达方式"),
        ("{kind: snapshot, operation: x}", "'feeds[1].delivery.operation' 不能用于此类送达方式"),
        ("{kind: changes, operation: x, written: [a]}", "'deleted' is missing in 'feeds[1].delivery'"),
        ("{kind: snapshot, parts_of: '('}", "不是有效的正则表达式"),
        (CHANGES.replace("D]", "新增]"), "“新增”不能既表示写入又表示删除"),
        ("{kind: snapshot, maximum_disappeared_percent: 101}", "101 太大，至多 100"),
    ],
)
def test_a_delivery_that_contradicts_itself_is_told_with_its_line(tmp_path, delivery, message):
    found = problems(tmp_path, delivered(delivery))
    assert any(problem.startswith("finance.yml line 23: ") and message in problem for problem in found), found


def test_a_snapshot_of_a_table_has_neither_cursor_nor_parts(tmp_path):
    source = 'source:\n      kind: json_lines\n      location: "feeds://finance/honour/*.jsonl"'
    text = delivered("{kind: snapshot, parts_of: x}").replace(source, f"source: {SQL}")
    assert [problem.split("（")[-1] for problem in problems(tmp_path, text)] == [
        "parts_of is for files: a table is one list）", "a snapshot is read whole: leave out the cursor）"
    ]  # fmt: skip


def live(folder: Path, department_line: str = "", feed_line: str = "") -> list[date | None]:
    """From which days the feed, and a second one without a line of its own, are live."""
    text = GOOD.replace("schedule:", f"{department_line}\nschedule:")
    second = text[text.index("  - id: honours") :].replace("id: honours", "id: more")
    [department] = load(folder, text.replace("    cadence:", f"{feed_line}\n    cadence:") + second)
    return [feed.live_since for feed in department.feeds]


def test_live_since_of_a_department_is_that_of_its_feeds_unless_they_say_otherwise(tmp_path):
    on, later = date(2024, 1, 1), date(2026, 5, 1)
    assert live(tmp_path) == [None, None]
    assert live(tmp_path, "live_since: 2024-01-01") == [on, on]
    assert live(tmp_path, "live_since: 2024-01-01", "    live_since: null") == [None, on]
    assert live(tmp_path, "live_since: 2024-01-01", "    live_since: 2026-05-01") == [later, on]
    # a feed is not live before its department
    assert live(tmp_path, "live_since: 2026-05-01", "    live_since: 2024-01-01") == [later, later]


def test_a_feed_is_live_from_its_day_on(tmp_path):
    [department] = load(tmp_path, GOOD.replace("schedule:", "live_since: 2024-01-02\nschedule:"))
    assert department.live_feeds(date(2024, 1, 1)) == []
    assert [feed.id for feed in department.live_feeds(date(2024, 1, 2))] == ["honours"]


@pytest.mark.parametrize(
    ("line", "at", "message"),
    [
        ("live_since: 2024-02-30\nschedule:", 7, "不是日期"),
        ("live_since: soon\nschedule:", 7, "写法不对"),
        ("    live_since: 2024-01-01\n    cadence:", 17, "先写部门的 live_since"),
        ("    headers: {奖项: honour_titel}\n    cadence:", 17, "did you mean 'honour_title'?"),
        ("    headers: {奖项: 1}\n    cadence:", 17, "应为文字"),
    ],
)
def test_a_mistake_of_roll_out_or_headers_is_told_with_its_line(tmp_path, line, at, message):
    found = problems(tmp_path, GOOD.replace(line.rpartition("\n")[2], line, 1))
    assert any(problem.startswith(f"finance.yml line {at}: ") and message in problem for problem in found), found


def with_heading(heading: str, column: str = "registered_capital") -> str:
    text = GOOD.replace("contract: honour", "contract: market_entity")
    return text.replace("    cadence:", f'    headers: {{"{heading}": {column}}}\n    cadence:')


@pytest.mark.parametrize(
    ("heading", "unit"),
    [("资本金额（千元）", "千元"), ("资本(亿元)", "亿元"), ("占比（％）", "%"), ("资本，单位：百万元", "百万元"),
     ("资本（万美元）", "万美元"), ("资本（千）", "千")],
)  # fmt: skip
def test_a_heading_in_a_unit_that_the_contract_cannot_convert_is_refused(tmp_path, heading, unit):
    [found] = problems(tmp_path, with_heading(heading))
    assert found.startswith("finance.yml line 17: ")
    assert f"“{heading}”以“{unit}”为单位" in found
    assert "feed honours" in found
    assert "registered_capital" in found


@pytest.mark.parametrize("heading", ["资本额（元）", "认缴资本（人民币万元）", "资本金", "资本单元", "资本金额元"])
def test_a_heading_in_a_unit_of_the_contract_or_in_none_is_taken(tmp_path, heading):
    assert load(tmp_path, with_heading(heading))[0].feeds[0].headers == {heading: "registered_capital"}
    assert load(tmp_path, with_heading("名称（千元店）", "entity_name"))


def test_headers_map_a_heading_or_say_that_it_is_none(tmp_path):
    [department] = load(
        tmp_path, GOOD.replace("    cadence:", "    headers:\n      奖项: honour_title\n      2026: null\n    cadence:")
    )
    assert department.feeds[0].headers == {"奖项": "honour_title", "2026": None}


def test_yaml_guesses_nothing(tmp_path):
    # other readers make 8, 90, true and a date of these
    for written in ("010", "1:30", "0x1F", "1e3"):
        assert any(
            "应为整数" in problem
            for problem in problems(tmp_path, GOOD.replace("grace_days: 3", f"grace_days: {written}"))
        )
    [department] = load(tmp_path, GOOD.replace("zh: 荣誉", "zh: 2026-01-05").replace("en: Honours", "en: yes"))
    assert (department.feeds[0].title_zh, department.feeds[0].title_en) == ("2026-01-05", "yes")


HTTP = """\
    source:
      kind: http
      connection: bureau_api
      path: api/penalties
      parameters: {status: 1}
      records: data.list
      requests_per_second: 0.5
      paging:
        style: page_number
        parameter: pageNum
        size_parameter: pageSize
        page_size: 1000
        first: 1
        total: data.total
"""
FILE = '    source:\n      kind: json_lines\n      location: "feeds://finance/honour/*.jsonl"\n'


def test_a_web_service_and_parquet_are_allowed(tmp_path):
    [department] = load(tmp_path, GOOD.replace(FILE, HTTP))
    source = department.feeds[0].source
    assert (source["path"], source["paging"]["parameter"]) == ("api/penalties", "pageNum")
    assert load(tmp_path, GOOD.replace("json_lines", "parquet"))[0].feeds[0].source["kind"] == "parquet"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("      path: api/penalties\n", "", 13, "'path' is missing"),
        ("      connection: bureau_api\n", "", 13, "'connection' is missing"),
        ("path: api/penalties", "path: ../admin", 16, "必须是连接地址之下的路径"),
        ("path: api/penalties", "path: https://other/x", 16, "必须是连接地址之下的路径"),
        ("path: api/penalties", "path: api?token=x", 16, "写法不对"),
        ("{status: 1}", "{access_token: x}", 17, "像是密钥，应放在 Airflow 连接中"),
        ("{status: 1}", "{pageNum: 1}", 22, "“pageNum”已在 parameters 中"),
        ("style: page_number", "style: page_numbers", 21, "'page_numbers' is not allowed; did you mean 'page_number'?"),
        ("style: page_number", "style: cursor", 20, "cursor 需要 next"),
        ("style: page_number", "style: offset", 25, "first 只用于 page_number"),
        ("page_size: 1000", "page_size: 1", 24, "1 太小，至少 2"),
        ("kind: http", "kind: sql", 20, "不能用于此类来源"),
        ("      records:", "      location: x\n      records:", 18, "不能用于此类来源"),
    ],
)
def test_a_mistake_in_a_web_service_is_told_with_its_line(tmp_path, old, new, line, message):
    text = GOOD.replace(FILE, HTTP)
    assert old in text
    found = problems(tmp_path, text.replace(old, new, 1))
    assert any(problem.startswith(f"finance.yml line {line}: ") and message in problem for problem in found), found


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("sheet: 表1", "sheet 只用于 xlsx（sheet does not go with kind json_lines）"),
        ("delimiter: tab", "delimiter 只用于 csv"),
        ("header_row: 2", "header_row 只用于 csv、xlsx"),
        ("path: x", "不能用于此类来源"),
    ],
)
def test_a_key_of_another_kind_of_file_is_named(tmp_path, key, message):
    found = problems(tmp_path, GOOD.replace("      kind: json_lines\n", f"      kind: json_lines\n      {key}\n"))
    assert len(found) == 1
    assert found[0].startswith("finance.yml line 15: ")
    assert message in found[0]
