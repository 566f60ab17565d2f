"""Department files: what loads, and what a clerk is told when one does not."""

import json
from pathlib import Path

import pytest

from credit_grading.department.load import DepartmentFileError, load_departments, schema_path

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
        ("id: honours", "id: honours\n    id: honours", 11, "不是有效的 YAML"),
        ("reads: [public_credit]", "reads: [public_credit", 9, "不是有效的 YAML"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path, old, new, line, message):
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any(problem.startswith(f"finance.yml line {line}: ") and message in problem for problem in found), found


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
    assert {"market_regulation", "development_and_reform", "finance"} <= {department.id for department in departments}


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
