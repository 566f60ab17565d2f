"""The operator loads the project's rules and judges the newest release; a wrong rule stops it before it writes."""

import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException

from credit_grading import cli, paths
from credit_grading.operators.warn import WarnOperator
from tests.sharing.warned import events, graded, release


def warn() -> dict[str, Any]:
    return WarnOperator(task_id="warn").execute({})


def test_a_release_is_judged_by_the_rules_of_the_project(
    warehouse: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert warn() == {}
    release(warehouse, "2026-06-01", graded(S="A", T="A"))
    assert warn()["raised"] == 0
    release(warehouse, "2026-06-02", graded(S="C", T="A"))
    assert warn() == {"publication_id": 2, "as_of": "2026-06-02", "raised": 2, "ended": 0, "open": 2}
    assert warn() == {"publication_id": 2, "as_of": "2026-06-02", "raised": 0, "ended": 0, "open": 2}
    capsys.readouterr()
    assert cli.main(["warnings", "list", "--subject", "S"]) == 0
    lines = capsys.readouterr().out.splitlines()
    # two levels within a quarter is more serious than a drop
    assert ["重点　企业S" in lines[0], "关注　企业S" in lines[1]] == [True, True]
    assert lines[2] == "现有预警 2 项 warnings hold"
    assert cli.main(["warnings", "check"]) == 0
    assert capsys.readouterr().out.count("正确 right") == len(list(paths.warning_rules().glob("*.yml")))


def test_a_wrong_rule_fails_with_file_and_line_and_raises_nothing(
    warehouse: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(paths.warning_rules(), tmp_path / "warning_rules")
    file = folder / "grade_drop@2026-01.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("months: 3", "months: 0"), encoding="utf-8")
    monkeypatch.setattr(paths, "warning_rules", lambda: folder)
    release(warehouse, "2026-06-01", graded(S="A"))
    release(warehouse, "2026-06-02", graded(S="C"))
    with pytest.raises(AirflowFailException, match=r"grade_drop@2026-01.yml:7: parameters.months: must be at least 1"):
        warn()
    assert events(warehouse) == []
