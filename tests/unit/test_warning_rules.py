"""Warning rules as files: what is wrong is said with file and line, what is right is loaded once and never changed."""

from pathlib import Path

import psycopg
import pytest

from credit_grading import paths
from credit_grading.rulebook.document import Document
from credit_grading.rulebook.problem import RulebookError
from credit_grading.rulebook.read import check_rulebooks
from credit_grading.supervision.warning_rules import KINDS, read_warning_rules

RULE = """\
id: fast
version: "1"
title: {zh: 记分过快, en: Points gather fast}
kind: points_in_period
severity: attention
parameters: {points_at_least: 12, months: 3}
watches: [{rulebook: bidding_participant, indicator: bad_behaviour}]
in_force: {from: 2026-01-01, until: null}
legal_basis: 本项目假设
"""
NEAR = RULE.replace("kind: points_in_period", "kind: near_threshold")
LIMIT = "watches: [{rulebook: bidding_participant, limit: many_points, indicator: bad_behaviour}]"
WATCHES = "watches: [{rulebook: bidding_participant, indicator: bad_behaviour}]"
DROP = RULE.replace("kind: points_in_period", "kind: grade_drop").replace("points_at_least: 12", "levels_at_least: 1")


@pytest.fixture(scope="module")
def rulebooks() -> list[Document]:
    return check_rulebooks()


def read(folder: Path, rulebooks: list[Document], text: str, name: str = "fast@1.yml") -> list[str]:
    """The problems of one file, each as line: message."""
    (folder / name).write_text(text, encoding="utf-8")
    try:
        read_warning_rules(folder, rulebooks)
    except RulebookError as wrong:
        return [f"{problem.line}: {problem.message}" for problem in wrong.problems]
    return []


def test_the_rules_of_the_project_are_right_and_use_every_kind(rulebooks: list[Document]) -> None:
    rules = read_warning_rules(rulebooks=rulebooks)
    assert {rule.data["kind"] for rule in rules} == set(KINDS)
    # what no document says is called an assumption
    assert [rule.file.name for rule in rules if "本项目假设" not in rule.data["legal_basis"]] == []


def test_a_right_rule_has_no_problem(tmp_path: Path, rulebooks: list[Document]) -> None:
    assert read(tmp_path, rulebooks, RULE) == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (RULE.replace("id: fast", "id: slow"), 1, "文件名应为 slow@1.yml"),
        (RULE.replace("severity: attention", "severity: high"), 5, "must be one of notice, attention, key"),
        (RULE.replace(", months: 3", ""), 6, "缺少参数 'months'"),
        (RULE.replace("months: 3", "months: 3, days_before: 1"), 6, "没有参数 'days_before'"),
        (RULE.replace("months: 3", "months: 0"), 6, "at least 1"),
        (RULE.replace("rulebook: bidding_participant", "rulebook: bidding"), 7, "'bidding' 不存在"),
        (RULE.replace("indicator: bad_behaviour", "indicator: bad"), 7, "没有 indicator 'bad'"),
        (RULE.replace("indicator: bad_behaviour", "indicator: public_credit"), 7, "不看记录"),
        (RULE.replace(", indicator: bad_behaviour", ""), 7, "应写明 indicator+rulebook"),
        (RULE.replace("months: 3", "months: 13"), 7, "只计 12 个月，期间 13 个月取不满"),
        (RULE.replace("bidding_participant, indicator: bad_behaviour", "public_credit, indicator: penalty_count"), 7,
         "不是记分之和"),
        (RULE.replace("from: 2026-01-01", "from: 2026-02-30"), 8, "'2026-02-30' 不是日期"),
        (RULE.replace("until: null", "until: 2026-01-01"), 8, "应晚于起"),
        (RULE.replace("from: 2026-01-01, until: null", "from: 2020-01-01, until: 2021-01-01"), 7, "施行期内没有版本"),
        (RULE.replace("legal_basis: 本项目假设\n", ""), 1, "'legal_basis' is missing"),
        (DROP.replace(WATCHES, "watches: [{rulebook: all}, {rulebook: public_credit}]"), 7, "'all' 已包括全部"),
        (DROP.replace("levels_at_least: 1", "levels_at_least: 5").replace(WATCHES, "watches: [{rulebook: all}]"), 6,
         "at most 4"),
        (NEAR.replace("points_at_least: 12, months: 3", "distance_at_most: 10").replace(
            WATCHES, "watches: [{rulebook: public_credit}]"), 7, "只有 10 分宽"),
        (NEAR.replace("points_at_least: 12, months: 3", "distance_at_most: 30").replace(WATCHES, LIMIT), 7,
         "不小于门槛 30 分"),
        (NEAR.replace("points_at_least: 12, months: 3", "distance_at_most: 5").replace(
            WATCHES, LIMIT.replace("many_points", "serious_dishonesty")), 7, "没有累计门槛"),
        (NEAR.replace("points_at_least: 12, months: 3", "distance_at_most: 5").replace(
            WATCHES, LIMIT.replace("bad_behaviour", "performance")), 7, "不一致"),
        ("id: [\n", 2, "this is not YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, rulebooks: list[Document], text: str, line: int, words: str
) -> None:
    found = read(tmp_path, rulebooks, text)
    assert any(problem.startswith(f"{line}: ") and words in problem for problem in found), found


def test_two_versions_are_not_in_force_on_one_day(tmp_path: Path, rulebooks: list[Document]) -> None:
    assert read(tmp_path, rulebooks, RULE.replace("until: null", "until: 2026-07-01")) == []
    later = RULE.replace('version: "1"', 'version: "2"').replace("2026-01-01", "2026-07-01")
    assert read(tmp_path, rulebooks, later, "fast@2.yml") == []
    [problem] = read(tmp_path, rulebooks, later.replace("2026-07-01", "2026-06-30"), "fast@2.yml")
    assert problem.startswith("8: ")
    assert "fast@1.yml 同时施行" in problem


def test_a_folder_without_rules_is_a_mistake(tmp_path: Path, rulebooks: list[Document]) -> None:
    with pytest.raises(RulebookError, match="没有预警规则"):
        read_warning_rules(tmp_path, rulebooks)


def test_rules_are_loaded_once_and_only_an_open_end_is_closed(
    tmp_path: Path, rulebooks: list[Document], warehouse: psycopg.Connection
) -> None:
    from credit_grading.supervision.warning_load import load_warning_rules

    def load(text: str) -> list[str]:
        (tmp_path / "fast@1.yml").write_text(text, encoding="utf-8")
        return load_warning_rules(warehouse, tmp_path, rulebooks)

    def row() -> tuple:
        return warehouse.execute(
            "select kind, points_at_least, months, in_force_until::text,"
            " array(select rulebook_id || '/' || indicator_id from sharing.warning_scope) from sharing.warning_rule"
        ).fetchone()

    assert load(RULE) == ["fast@1"]
    assert row() == ("points_in_period", 12, 3, None, ["bidding_participant/bad_behaviour"])
    assert load("# another comment\n" + RULE) == []
    with pytest.raises(RulebookError, match=r"fast@1.yml:2: .*修改须用新版本"):
        load(RULE.replace("points_at_least: 12", "points_at_least: 11"))
    assert row()[1] == 12
    assert load(RULE.replace("until: null", "until: 2026-09-01")) == []
    assert row()[3] == "2026-09-01"
    for until in ("null", "2026-10-01"):
        with pytest.raises(RulebookError, match=r"fast@1.yml:8: .*已定于 2026-09-01"):
            load(RULE.replace("until: null", f"until: {until}"))


def test_the_rules_of_the_project_load(warehouse: psycopg.Connection) -> None:
    from credit_grading.supervision.warning_load import load_warning_rules

    files = sorted(file.stem for file in paths.warning_rules().glob("*.yml"))
    assert load_warning_rules(warehouse) == files
    assert load_warning_rules(warehouse) == []
