"""The tasks `plan_inspections`, `record_inspections` and `draw`."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException

from credit_grading import paths
from credit_grading.operators.draw import DrawOperator
from credit_grading.operators.inspection import PlanInspectionsOperator, RecordInspectionsOperator
from tests.sharing.inspections import ITEM, SEED, THEMATIC, add_inspectors, release, write_list

HASH = sha256(SEED.encode()).hexdigest()


@pytest.fixture
def city(warehouse: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    warehouse.execute(THEMATIC)
    release(warehouse)
    add_inspectors(warehouse, 12)
    folder = write_list(tmp_path / "list", ITEM)
    (folder / "schema.json").write_bytes((paths.supervision_list() / "schema.json").read_bytes())
    monkeypatch.setattr(paths, "supervision_list", lambda: folder)
    return warehouse


def step(run_id: str = "manual", **params: Any) -> dict[str, Any]:
    given = {"mode": "commit", "item": None, "period": None, "commitment": None, "draw": None, "seed": None} | params
    result: dict[str, Any] = DrawOperator(task_id="draw").execute({"run_id": run_id, "params": given})
    return result


def test_each_release_plans_what_has_no_plan(city: psycopg.Connection[Any]) -> None:
    assert PlanInspectionsOperator(task_id="plan_inspections").execute({}) == {"entries": 1, "plans": [1]}
    assert PlanInspectionsOperator(task_id="plan_inspections").execute({}) == {"entries": 0, "plans": []}


def test_an_item_that_cannot_be_planned_is_red_after_the_others_are(
    city: psycopg.Connection[Any], tmp_path: Path
) -> None:
    write_list(tmp_path / "list", ITEM, ITEM | {"id": "yearly", "period_months": 12})
    with pytest.raises(AirflowFailException, match=r"yearly: .*shorten the period"):
        PlanInspectionsOperator(task_id="plan_inspections").execute({})
    assert city.execute("select distinct item_id from sharing.inspection_plan").fetchall() == [("registered_matters",)]
    write_list(tmp_path / "list", ITEM | {"kind": "extra"})
    with pytest.raises(AirflowFailException, match=r"market_regulation\.yml:"):
        PlanInspectionsOperator(task_id="plan_inspections").execute({})


def test_the_hash_is_committed_to_once_and_drawn_once(city: psycopg.Connection[Any]) -> None:
    commit = {"item": "registered_matters", "period": "2026-04", "commitment": HASH}
    number = "registered_matters-2026-04-1"
    assert step(**commit) == {"draw": number, "drawn": 0, "unassigned": 0}
    assert step(**commit) == {"draw": number, "drawn": 0, "unassigned": 0}, "the task was cleared"
    with pytest.raises(AirflowFailException, match="cancel it first"):
        step("another run", **commit)
    with pytest.raises(AirflowFailException, match="not the one committed to"):
        step(mode="run", draw=number, seed="another")
    for _ in range(2):
        assert step(mode="run", draw=number, seed=SEED) == {"draw": number, "drawn": 16, "unassigned": 0}
    with pytest.raises(AirflowFailException, match="parameters are missing: seed"):
        step(mode="run", draw=number)


def test_results_are_recorded_and_strays_are_told(city: psycopg.Connection[Any]) -> None:
    city.execute(
        "insert into thematic_public_credit.inspection_result values"
        " ('r1', 'SA001', 'registered_matters-2026-04-9', 'failed', '2026-06-01', null, null, now())"
    )
    assert RecordInspectionsOperator(task_id="record_inspections").execute({}) == {"recorded": 1, "stray": 1}
    assert RecordInspectionsOperator(task_id="record_inspections").execute({}) == {"recorded": 0, "stray": 1}
