"""The task that proposes what the rules say of experts: counts, safe to repeat, and wrong rules by file and line."""

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException

from credit_grading.operators.manage_experts import ManageExpertsOperator
from credit_grading.supervision import expert_pool
from credit_grading.supervision.expert_rules import FILE
from tests.sharing.sectors import release


def execute() -> dict[str, int]:
    return ManageExpertsOperator(task_id="manage_experts").execute({})


def test_it_proposes_once_and_nothing_before_the_first_release(warehouse: psycopg.Connection[Any]) -> None:
    assert execute() == {}
    release(warehouse, date(2026, 6, 30), procurement_expert=[{}], expert_violation=[{"points": 15}])
    assert execute() == {"suspend": 1}
    assert execute() == {}


def test_wrong_rules_fail_for_good_and_propose_nothing(
    warehouse: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(warehouse, date(2026, 6, 30), procurement_expert=[{}], expert_violation=[{"points": 15}])
    file = tmp_path / "expert_rules.yml"
    text = FILE.read_text(encoding="utf-8").replace("suspended_months: 6", "suspended_months: six")
    file.write_text(text, encoding="utf-8")
    line = 1 + text[: text.index("suspended_months: six")].count("\n")
    rules = expert_pool.expert_rules
    monkeypatch.setattr(expert_pool, "expert_rules", lambda _: rules(file))
    with pytest.raises(AirflowFailException, match=rf"expert_rules.yml:{line}: .*six"):
        execute()
    assert warehouse.execute("select count(*) from supervision.expert_proposal").fetchone() == (0,)
