"""The task of DAG what_if: where drafts are found, how mistakes are told, and what it leaves behind."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException

from credit_grading import paths
from credit_grading.operators.what_if import WhatIfOperator, draft_file
from credit_grading.rulebook.load import load_rulebooks
from tests.oracle.warehouse import create_records
from tests.sql import small_city


@pytest.fixture
def drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(tmp_path / "state"))
    folder = tmp_path / "state" / "drafts"
    folder.mkdir(parents=True)
    return folder


def execute(*names: str, as_of: str | None = None) -> dict[str, Any]:
    context = {
        "run_id": "manual",
        "dag_run": SimpleNamespace(),
        "params": {"drafts": list(names), "as_of": as_of, "noise_percent": 7.5},
    }
    return WhatIfOperator(task_id="what_if").execute(context)


def test_a_draft_is_found_by_name_and_its_own_folder_comes_first(drafts: Path) -> None:
    assert draft_file(small_city.CURRENT) == paths.rulebooks() / small_city.CURRENT
    shutil.copy(paths.rulebooks() / small_city.CURRENT, drafts)
    assert draft_file(small_city.CURRENT) == drafts / small_city.CURRENT
    # a file that is nowhere is told as missing where drafts are put
    assert draft_file("none@1.yml") == drafts / "none@1.yml"
    for path in ("../none@1.yml", "/etc/passwd", "folder/none@1.yml"):
        with pytest.raises(AirflowFailException, match="not a path"):
            draft_file(path)


def test_a_wrong_draft_fails_at_once_with_file_and_line(warehouse: psycopg.Connection, drafts: Path) -> None:
    file = small_city.draft(drafts, ("weight: 70", "weight: 71"))
    line = next(
        number for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if "weight: 71" in text
    )
    with pytest.raises(AirflowFailException, match="weights") as failed:
        execute(file.name)
    numbers = [int(part.split(":")[1]) for part in str(failed.value).splitlines() if file.name in part]
    assert numbers
    assert all(abs(number - line) < 5 for number in numbers), failed.value
    with pytest.raises(AirflowFailException, match="there is no such file"):
        execute("none@1.yml")
    assert warehouse.execute("select count(*) from what_if.trial").fetchone() == (0,)


def test_a_trial_of_an_empty_city_leaves_a_page_that_says_so(warehouse: psycopg.Connection, drafts: Path) -> None:
    create_records(warehouse)
    load_rulebooks(warehouse, paths.rulebooks())
    file = small_city.draft(drafts, *small_city.WEIGHTS)
    result = execute(file.name, as_of="2026-06-30")
    page = drafts.parent / "what_if" / f"trial-{result['trial_id']}.html"
    assert result["page"] == str(page)
    text = page.read_text(encoding="utf-8")
    assert "2026-06-30" in text
    assert text.count("没有参评主体") == text.count("Nobody is graded by it") == 3
    [trial] = warehouse.execute("select made_by, noise_percent, compared_run_id from what_if.trial").fetchall()
    assert trial == ("manual", 7.5, None)
    for name in ("migration", "mover", "sensitivity", "score_band", "stability"):
        assert warehouse.execute(f"select count(*) from what_if.{name}".encode()).fetchone() == (0,)
