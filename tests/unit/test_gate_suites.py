"""Suite files: the project's own, and what is said of a wrong one."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from credit_grading import paths
from credit_grading.gate.examine import sample_keys
from credit_grading.gate.suites import NO_ROWS, SuiteFileError, load_suites, suites_of

SUITES = load_suites()
CHECKS = [(suite, check) for suite in SUITES for check in suite.checks]

SUITE = """
table: candidate.grade
gate: publication
title_zh: 候选等级
owner: credit-quality
key_columns: [subject_key]
checks:
  - check_id: score_present
    type: expect_column_values_to_not_be_null
    kwargs: {column: score}
    severity: fatal
    title_zh: 得分不为空
    note: 每个等级都要能够说明得分。
    since: 2026-11-24
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An expectations folder with one suite."""
    (tmp_path / "suites").mkdir()
    (tmp_path / "sql").mkdir()
    shutil.copytree(paths.expectations() / "shared", tmp_path / "shared")
    shutil.copy(paths.expectations() / "schema.json", tmp_path)
    write(tmp_path, SUITE)
    return tmp_path


def write(folder: Path, text: str) -> None:
    (folder / "suites" / "candidate.grade.yml").write_text(text, encoding="utf-8")


def problem(folder: Path, old: str, new: str) -> str:
    assert old in SUITE
    write(folder, SUITE.replace(old, new))
    with pytest.raises(SuiteFileError) as raised:
        load_suites(folder, folder)
    return str(raised.value)


def test_a_right_suite_is_read(folder: Path):
    (suite,) = load_suites(folder, folder)
    (check,) = suite.checks
    assert (suite.table, check.check_id, check.owner) == ("candidate.grade", "score_present", "credit-quality")


def test_both_gates_have_fatal_checks():
    for gate in ("staging", "publication"):
        severities = {check.severity for suite in suites_of(gate) for check in suite.checks}
        assert "fatal" in severities


def test_every_contract_is_guarded_without_a_file_of_its_own(folder: Path, tmp_path: Path):
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    (contracts / "new_kind_of_record.yml").touch()
    guarded = {suite.table: suite for suite in load_suites(folder, contracts)}
    suite = guarded["staging.new_kind_of_record"]
    assert len(suite.checks) >= 5
    assert all("{contract}" not in (check.query or "") for check in suite.checks)
    assert "'new_kind_of_record'" in suite.rows_due_when


@pytest.mark.parametrize(
    ("suite", "check"), CHECKS, ids=lambda item: getattr(item, "check_id", getattr(item, "table", ""))
)
def test_every_check_has_guidance_for_both_readers(suite, check):
    page = (paths.expectations() / "guidance" / f"{check.check_id}.md").read_text(encoding="utf-8")
    assert "## 数据工程师" in page
    assert "## 报送部门" in page


def test_no_guidance_without_a_check():
    pages = {page.stem for page in (paths.expectations() / "guidance").glob("*.md")}
    assert pages == {check.check_id for _, check in CHECKS}


def test_every_sql_file_is_used_and_stands_in_one_suite():
    used = "\n".join(file.read_text(encoding="utf-8") for file in (paths.expectations() / "suites").glob("*.yml"))
    files = [file.name for file in (paths.expectations() / "sql").glob("*.sql")]
    assert files
    assert [name for name in files if used.count(f"query_file: {name}") != 1] == []


def test_every_stock_expectation_builds():
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    stock = [check for _, check in CHECKS if check.type != NO_ROWS]
    assert stock
    for check in stock:
        ExpectationConfiguration(type=check.type, kwargs=check.kwargs).to_domain_obj()


def test_unknown_key_is_refused_by_file_and_check(folder: Path):
    said = problem(folder, "    severity: fatal", "    severity: fatal\n    treshold: 1")
    assert "candidate.grade.yml" in said
    assert "score_present" in said
    assert "treshold" in said


def test_unknown_severity_is_refused(folder: Path):
    assert "convention" in problem(folder, "severity: fatal", "severity: convention")


def test_missing_note_is_refused(folder: Path):
    assert "'note' is a required property" in problem(folder, "    note: 每个等级都要能够说明得分。\n", "")


def test_query_check_needs_a_query(folder: Path):
    assert "score_present" in problem(
        folder, "type: expect_column_values_to_not_be_null", "type: query_returns_no_rows"
    )


def test_missing_query_file_is_refused(folder: Path):
    text = "type: query_returns_no_rows\n    query_file: absent.sql"
    old = "type: expect_column_values_to_not_be_null\n    kwargs: {column: score}"
    assert "sql/absent.sql is missing" in problem(folder, old, text)


def test_wrong_table_name_is_refused(folder: Path):
    assert "must be named candidate.grades.yml" in problem(folder, "table: candidate.grade", "table: candidate.grades")


def test_same_check_twice_is_refused(folder: Path):
    again = SUITE[SUITE.index("  - check_id") :]
    write(folder, SUITE + again)
    with pytest.raises(SuiteFileError, match="'score_present' occurs twice"):
        load_suites(folder, folder)


def test_promotion_needs_a_warning(folder: Path):
    assert "score_present" in problem(folder, "since: 2026-11-24", "since: 2026-11-24\n    promote_on: 2027-01-01")


def test_warning_becomes_fatal_on_its_day(folder: Path):
    write(folder, SUITE.replace("severity: fatal", "severity: warning\n    promote_on: 2027-01-01"))
    check = load_suites(folder, folder)[0].checks[0]
    assert check.severity_on(date(2026, 12, 31)) == "warning"
    assert check.severity_on(date(2027, 1, 1)) == "fatal"


def test_a_gate_without_suites_is_refused(folder: Path):
    with pytest.raises(SuiteFileError, match="no suite"):
        suites_of("staging", folder, folder / "suites" / "none")


def test_samples_keep_key_columns_only_and_at_most_fifty(folder: Path):
    check = load_suites(folder, folder)[0].checks[0]
    rows = [{"subject_key": str(n), "legal_representative": "张三"} for n in range(80)]
    keys = sample_keys(check, {"details": {"unexpected_rows": rows}})
    assert len(keys) == 50
    assert keys[0] == {"subject_key": "0"}
