"""The tasks `review` and `exchange`, and the commands that list and show cases."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException

from credit_grading import cli
from credit_grading.operators.exchange import ExchangeOperator
from credit_grading.operators.review import ReviewOperator
from credit_grading.supervision import review_rules
from tests.sharing.reviews import FINANCE, PUBLIC, SUPPLIER, answer, notice_of, release, rows

CONTEXT: dict[str, Any] = {"params": {}, "dag_run": SimpleNamespace(run_after=datetime(2026, 3, 1, 20, tzinfo=UTC))}


@pytest.fixture
def released(warehouse: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(tmp_path))
    release(warehouse, [("S1", PUBLIC, "A"), ("S1", SUPPLIER, "D")])
    return warehouse


def test_the_tasks_work_on_the_city_day_of_the_run_and_may_be_cleared(released: psycopg.Connection[Any]) -> None:
    assert ReviewOperator(task_id="review").execute(CONTEXT) == {"case_opened": 1, "notice_sent": 2}
    assert rows(released, "select distinct sent_on::text from supervision.review_notice") == [("2026-03-02",)]
    assert ReviewOperator(task_id="review").execute(CONTEXT) == {}
    assert ExchangeOperator(task_id="exchange").execute(CONTEXT) == {"written": 0, "removed": 0}


def test_a_mistake_in_the_rules_fails_at_once_and_changes_nothing(
    released: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "review.yml"
    text = review_rules.RULES_FILE.read_text(encoding="utf-8").replace("procurement_expert: finance", "")
    file.write_text(text.replace("public_credit: development", "public_credit: reform"), encoding="utf-8")
    monkeypatch.setattr(review_rules.load_review_rules, "__defaults__", (file,))
    with pytest.raises(AirflowFailException, match=r"procurement_expert.*\n.*line 18.*reform_and_reform"):
        ReviewOperator(task_id="review").execute(CONTEXT)
    assert rows(released, "select * from supervision.review_event") == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("levels: 2 ", "levels: 5 ", "line 3: 'minimum_gap.levels' 5 太大"),
        ("working_days: 10", "working_days: ten", "line 6: 'answer.working_days' 应为整数"),
        ("escalation:", "escalations:", "did you mean 'escalation'"),
        ("procurement_expert:", "procurement_experts:", "没有评价模型“procurement_experts”"),
        ("  to: development_and_reform", "  to: nobody", "line 10: 没有部门“nobody”"),
    ],
)
def test_mistakes_are_told_with_their_line(
    warehouse: psycopg.Connection[Any], tmp_path: Path, old: str, new: str, words: str
) -> None:
    text = review_rules.RULES_FILE.read_text(encoding="utf-8")
    assert text.count(old) == 1
    (tmp_path / "review.yml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(review_rules.ReviewRulesError) as refused:
        review_rules.load_review_rules(warehouse, tmp_path / "review.yml")
    assert words in str(refused.value)


def test_cases_are_listed_and_shown_from_beginning_to_end(
    released: psycopg.Connection[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    ReviewOperator(task_id="review").execute(CONTEXT)
    answer(released, FINANCE, notice_of(released, FINANCE), "correct", "漏报一份合同")
    ReviewOperator(task_id="review").execute(CONTEXT)
    assert cli.main(["review", "list", "--department", FINANCE]) == 0
    listed = capsys.readouterr().out
    assert "S1  办理中 open（2026-03-02 立案）" in listed
    assert "procurement_supplier  D" in listed
    assert "核查案件 1 个" in listed
    assert cli.main(["review", "list", "--state", "closed"]) == 0
    assert "核查案件 0 个" in capsys.readouterr().out
    assert cli.main(["review", "show", "S1"]) == 0
    shown = capsys.readouterr().out
    assert [line.split()[1] for line in shown.splitlines() if line.startswith("2026")] == [
        "立案", "发出通知", "发出通知", "答复",
    ]  # fmt: skip
    assert "finance，correct，漏报一份合同" in shown
    assert cli.main(["review", "show", "S9"]) == 1
    assert "没有核查案件" in capsys.readouterr().err
