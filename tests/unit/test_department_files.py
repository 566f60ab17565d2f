"""Department files: what loads, and what a clerk is told when one does not."""

import json
from datetime import date
from pathlib import Path

import pytest

from credit_grading import paths
from credit_grading.department.load import DepartmentFileError, load_departments, schema_path
from credit_grading.department.model import Delivery

GOOD = """\
id: finance
title: {zh: 市财政局, en: Finance}
owner: finance-data
maintainers: [someone@example.org]
legal_basis: [依据]
roll_out_batch: improve
schedule: "0 2 * * *"
reads: [public_credit]
feeds:
  - id: honours
    contract: honour
    title: {zh: 荣誉, en: Honours}
    source:
      kind: json_lines
      location: "feeds://finance/honour/*.jsonl"
    legal_basis: 依据
    cadence: daily
    grace_days: 3
    assertions:
      minimum_rows: 1
      maximum_rows: 1000
      rejected_share_percent: 10
"""
SQL = "{kind: sql, connection: source_database, table: honour, cursor: updated_at}"


def load(folder: Path, text: str, name: str = "finance.yml"):
    (folder / name).write_text(text, encoding="utf-8")
    return load_departments(folder, contracts=["honour", "market_entity"])


def problems(folder: Path, text: str, name: str = "finance.yml") -> list[str]:
    with pytest.raises(DepartmentFileError) as caught:
        load(folder, text, name)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return [problem.replace(f"{folder}/", "") for problem in caught.value.problems]


def test_a_department_loads(tmp_path):
    [department] = load(tmp_path, GOOD)
    assert (department.id, department.title_zh, department.batch, department.schedule) == (
        "finance", "市财政局", "improve", "0 2 * * *",
    )  # fmt: skip
    feed = department.feed("honours")
    assert feed.source == {"kind": "json_lines", "location": "feeds://finance/honour/*.jsonl"}
    assert (feed.contract_id, feed.grace_days) == ("honour", 3)
    assert (feed.assertions.minimum_rows, feed.assertions.maximum_rows) == (1, 1000)
    assert feed.assertions.rejected_share_percent == 10


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{every: working_day, grace_working_days: 1}", {"every": "working_day", "grace_working_days": 1}),
        ("{weekday: friday}", {"weekday": "friday"}),
        ("{working_day_of_month: 5, months: [1, 4, 7, 10]}", {"working_day_of_month": 5, "months": [1, 4, 7, 10]}),
    ],
)
def test_a_due_day_and_fill_rates_load(tmp_path, text, rule):
    text = GOOD.replace("grace_days: 3", f"due: {text}") + "      filled_percent: {points: 60.5, awarded_on: 99}\n"
    [department] = load(tmp_path, text)
    feed = department.feed("honours")
    assert (feed.due, feed.grace_days) == (rule, 0)
    assert json.loads(json.dumps(feed.due)) == rule
    assert feed.assertions.filled_percent == {"points": 60.5, "awarded_on": 99}


def test_a_database_and_no_schedule_are_allowed(tmp_path):
    text = GOOD.replace('"0 2 * * *"', "null").replace(
        'source:\n      kind: json_lines\n      location: "feeds://finance/honour/*.jsonl"', f"source: {SQL}"
    )
    [department] = load(tmp_path, text)
    assert department.schedule is None
    assert department.feeds[0].source["cursor"] == "updated_at"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("schedule:", "scedule:", 7, "'scedule' is not a known key; did you mean 'schedule'?"),
        ("schedule:", "scedule:", 1, "'schedule' is missing"),
        (
            "      kind: json",
            "      knd: json",
            14,
            "'knd' is not a known key in 'feeds[1].source'; did you mean 'kind'?",
        ),
        ("minimum_rows: 1\n", "minimum_row: 1\n", 20, "did you mean 'minimum_rows'?"),
        ("grace_days: 3", "grace_days: three", 18, "'feeds[1].grace_days' 应为整数"),
        ("grace_days: 3", "grace_days: -1", 18, "-1 太小，至少 0"),
        ("improve", "improved", 6, "'improved' is not allowed; did you mean 'improve'?"),
        ("[someone@example.org]", "[]", 4, "'maintainers' 不能为空"),
        ("someone@example.org", "someone", 4, "“someone”写法不对"),
        ("json_lines", "jsonl", 14, "'jsonl' is not allowed"),
        ("kind: json_lines", "kind: sql", 15, "不能用于此类来源"),
        ("kind: json_lines", "kind: sql", 13, "'connection' is missing"),
        ("      kind: json_lines", "      kind: csv\n      table: t", 15, "不能用于此类来源"),
        ("id: finance", "id: finances", 1, "id must be the file's name 'finance'"),
        ('"0 2 * * *"', '"0 25 * * *"', 7, "不是有效的 cron"),
        ('"0 2 * * *"', '"每天"', 7, "不是有效的 cron"),
        ("contract: honour", "contract: honor", 11, "there is no contract 'honor'; did you mean 'honour'?"),
        ("minimum_rows: 1\n", "minimum_rows: 2000\n", 20, "minimum_rows 2000 大于 maximum_rows 1000"),
        ("feeds://finance/", "feeds://../finance/", 15, "不允许包含“..”"),
        ("    grace_days: 3\n", "", 10, "缺少“grace_days”或“due”"),
        ("grace_days: 3", "grace_days: 3\n    due: {weekday: monday}", 19, "写了 due 就不写 grace_days"),
        ("grace_days: 3", "due: {weekday: mon}", 18, "不能是“mon”"),
        ("grace_days: 3", "due: {weekdays: monday}", 18, "did you mean 'weekday'?"),
        ("grace_days: 3", "due: {grace_working_days: 3}", 18, "现有 0 个"),
        ("grace_days: 3", "due: {weekday: monday, day_of_month: 3}", 18, "现有 2 个"),
        ("grace_days: 3", "due: {weekday: monday, months: [3]}", 18, "months 只与"),
        ("grace_days: 3", "due: {day_of_month: 32}", 18, "32 太大，至多 31"),
        ("grace_days: 3", "due: {day_of_month: 3, months: [1, 1]}", 18, "不能重复"),
        ("grace_days: 3", "due: {day_of_month: 3, months: [13]}", 18, "13 太大，至多 12"),
        (
            "rejected_share_percent: 10",
            "filled_percent: {awarded_at: 90}",
            22,
            "contract honour has no column 'awarded_at'; did you mean 'awarded_on'?",
        ),
        ("rejected_share_percent: 10", "filled_percent: {awarded_on: 101}", 22, "101 太大，至多 100"),
        ("id: honours", "id: honours\n    id: honours", 11, "不是有效的 YAML"),
        ("reads: [public_credit]", "reads: [public_credit", 9, "不是有效的 YAML"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path, old, new, line, message):
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any(problem.startswith(f"finance.yml line {line}: ") and message in problem for problem in found), found


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
        ("style: page_number", "style: page", 21, "'page' is not allowed; did you mean 'page_number'?"),
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


def test_a_feed_id_used_twice_names_both_lines(tmp_path):
    feed = GOOD[GOOD.index("  - id: honours") :]
    assert problems(tmp_path, GOOD + feed) == [
        "finance.yml line 23: 数据源“honours”重复，第 10 行已有（feed id 'honours' is used twice）"
    ]


def test_all_problems_of_all_files_come_at_once(tmp_path):
    (tmp_path / "a.yml").write_text("", encoding="utf-8")
    (tmp_path / "b.yml").write_bytes("id: 中".encode("gb18030"))
    found = problems(tmp_path, GOOD.replace("schedule:", "scedule:").replace("reads:", "raeds:"))
    assert [problem.split(" line")[0] for problem in found] == ["a.yml", "b.yml"] + ["finance.yml"] * 4


def test_the_projects_own_departments_load():
    departments = load_departments()
    assert len(departments) == 30
    feeds = [feed for department in departments for feed in department.feeds]
    assert {feed.source["kind"] for feed in feeds} == {"csv", "xlsx", "json_lines", "sql"}
    # every kind of record has somebody who delivers it
    assert {feed.contract_id for feed in feeds} == {file.stem for file in paths.contracts().glob("*.yml")}


def test_the_projects_departments_read_rulebooks_that_exist():
    known = {file.stem.partition("@")[0] for file in paths.rulebooks().glob("*.yml")} | {"all"}
    assert {rulebook for department in load_departments() for rulebook in department.reads} <= known


def test_the_schema_is_valid_closed_and_described():
    from jsonschema import Draft202012Validator

    schema = json.loads(schema_path().read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    objects = [schema, *(part for part in schema["$defs"].values() if part["type"] == "object")]
    assert len(objects) == 6
    for part in objects:
        assert part["additionalProperties"] is False
        for name, described in part["properties"].items():
            assert described.get("description") or "$ref" in described, name
