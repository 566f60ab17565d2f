"""The tasks that mark records, note corrections, roll back and remove old data, and their commands."""

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from credit_grading import cli
from credit_grading.operators.repair import MarkRecordsOperator, NoteCorrectionsOperator
from credit_grading.operators.retention import RetentionApplyOperator, RetentionPreviewOperator
from credit_grading.operators.roll_back import ResumeReleasesOperator, RollBackOperator
from credit_grading.operators.schedule import PUBLICATION
from tests.sharing.releases import Grade
from tests.sharing.repaired import TABLES, add, record, release

# a city day on which June's release is older than its keeping time
CONTEXT: dict[str, Any] = {"dag_run": SimpleNamespace(run_after=datetime(2026, 3, 1, 20, tzinfo=UTC))}


@pytest.fixture
def city(warehouse: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two releases: the grade of June, and the one that a repair made of it."""
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(tmp_path))
    warehouse.execute(TABLES)
    warehouse.execute('alter table thematic.credit_record add column contract_id text collate "C"')
    add(
        warehouse, "thematic.credit_record", record_key="k1", catalogue_item_id="administrative_penalty",
        department_id="finance", occurred_on=date(2025, 5, 1), case_id="罚〔1〕",
    )  # fmt: skip
    release(warehouse, date(2025, 6, 1), [Grade("public_credit", "S1", Decimal(60), "B")], {"S1": [record("k1")]})
    add(
        warehouse, "thematic_public_credit.credit_repair_decision", repaired_record_key="k1", document_number="罚〔1〕",
        decision_number="修〔1〕", outcome="granted", decided_on=date(2025, 7, 1), deciding_authority="市发展改革委",
        known_from=datetime.now(UTC),
    )  # fmt: skip
    release(
        warehouse, date(2025, 7, 1), [Grade("public_credit", "S1", Decimal(80), "A")], {"S1": [record("k1", points=0)]}
    )
    warehouse.execute("update sharing.publication set published_at = '2023-06-01' where publication_id = 1")
    return warehouse


def back(publication: int, reason: str = "误发") -> tuple[dict[str, Any], dict[str, Any]]:
    events: dict[Any, Any] = defaultdict(SimpleNamespace)
    params = {"publication": publication, "reason": reason, "ordered_by": "张三", "hold_releases": True}
    return RollBackOperator(task_id="roll_back").execute({"params": params, "outlet_events": events}), events


def retention(operator: Any, apply: int | None, as_of: str | None = "2026-03-02") -> Any:
    params = {"apply": apply, "approved_by": "李四", "as_of": as_of}
    return operator(task_id="retention").execute(CONTEXT | {"params": params})


def test_marks_and_corrections_are_written_once(city: psycopg.Connection[Any]) -> None:
    assert MarkRecordsOperator(task_id="mark_records").execute({}) == {"publicity": 1, "objection": 0}
    assert MarkRecordsOperator(task_id="mark_records").execute({}) == {"publicity": 0, "objection": 0}
    assert NoteCorrectionsOperator(task_id="note_corrections").execute({}) == {"1": 0, "2": 1}
    assert NoteCorrectionsOperator(task_id="note_corrections").execute({}) == {}
    noted = "select previous_grade, grade, cause, evidence_number from sharing.grade_correction"
    assert city.execute(noted).fetchall() == [("B", "A", "repair", "修〔1〕")]


def test_a_roll_back_is_announced_and_a_refused_one_is_red(city: psycopg.Connection[Any]) -> None:
    for _ in range(2):
        numbers, events = back(1)
        assert (numbers["publication_id"], numbers["kind"], events[PUBLICATION].extra) == (3, "roll_back", numbers)
    assert city.execute("select score, grade from sharing.grade").fetchall() == [(Decimal(60), "B")]
    with pytest.raises(AirflowFailException, match="no publication 9"):
        back(9)
    with pytest.raises(AirflowFailException, match="needs a reason"):
        back(2, " ")
    assert city.execute("select max(publication_id) from sharing.publication").fetchone() == (3,)


def resume(by: str) -> int:
    return ResumeReleasesOperator(task_id="resume_releases").execute({"params": {"resumed_by": by}})


def test_releases_go_on_once_somebody_says_so(city: psycopg.Connection[Any]) -> None:
    with pytest.raises(AirflowSkipException):
        resume("李四")
    back(1)
    with pytest.raises(AirflowFailException, match="must be named"):
        resume(" ")
    assert resume("李四") == 3
    with pytest.raises(AirflowSkipException):
        resume("李四")


def test_only_an_approved_plan_removes(city: psycopg.Connection[Any]) -> None:
    NoteCorrectionsOperator(task_id="note_corrections").execute({})
    with pytest.raises(AirflowFailException, match="yet to come"):
        retention(RetentionPreviewOperator, None, "2999-01-01")
    plan = retention(RetentionPreviewOperator, None)
    with pytest.raises(AirflowSkipException):
        retention(RetentionApplyOperator, None)
    with pytest.raises(AirflowSkipException):
        retention(RetentionPreviewOperator, plan)
    with pytest.raises(AirflowFailException, match="there is no plan 99"):
        retention(RetentionApplyOperator, 99)
    assert city.execute("select publication_id from superseded.publication order by 1").fetchall() == [(1,), (2,)]
    removed = retention(RetentionApplyOperator, plan)
    assert removed["superseded.publication"] == 1
    assert retention(RetentionApplyOperator, plan) == {}
    assert city.execute("select publication_id from superseded.publication").fetchall() == [(2,)]
    assert city.execute("select approved_by from supervision.removal limit 1").fetchone() == ("李四",)


def test_the_commands_say_what_they_did(city: psycopg.Connection[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["roll-back", "1", "--reason", "误发", "--by", "张三"]) == 0
    assert "发布 publication 3 恢复第 1 次发布" in capsys.readouterr().out
    assert cli.main(["roll-back", "3", "--reason", "误发", "--by", "张三"]) == 1
    assert "stands already" in capsys.readouterr().err
    for said in ("已恢复发布", "nothing is held"):
        assert cli.main(["resume-releases", "--by", "李四"]) == 0
        assert said in capsys.readouterr().out
    assert cli.main(["resume-releases", "--by", " "]) == 1
    assert "must be named" in capsys.readouterr().err
    NoteCorrectionsOperator(task_id="note_corrections").execute({})
    assert cli.main(["retention", "preview", "--as-of", "2026-03-02"]) == 0
    assert "superseded.publication: 1 行 rows" in capsys.readouterr().out
    assert cli.main(["retention", "apply", "1", "--by", "李四"]) == 0
    assert "已删除 removed superseded.publication" in capsys.readouterr().out
