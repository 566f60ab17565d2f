"""Department files: what loads, and what a clerk is told when one does not."""

import json

import pytest

from credit_grading import paths
from credit_grading.department.load import load_departments, schema_path
from tests.unit.department_support import GOOD, SQL, load, problems


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


def test_the_schema_is_valid_closed_and_described():
    from jsonschema import Draft202012Validator

    schema = json.loads(schema_path().read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    objects = [schema, *(part for part in schema["$defs"].values() if part["type"] == "object")]
    assert len(objects) == 10
    for part in objects:
        assert part["additionalProperties"] is False
        for name, described in part["properties"].items():
            assert described.get("description") or "$ref" in described, name
