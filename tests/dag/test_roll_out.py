"""Departments as DAGs: live ones are scheduled and waited for, planned ones are there for people to start."""

from pathlib import Path
from typing import Any

import pytest

from tests.dag.described import DEPARTMENTS, PLANNED

HOME = Path(__file__).resolve().parents[2]


def parse() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(HOME / "dags")
    assert bag.import_errors == {}
    return bag


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def waited_for(bag: Any) -> set[str]:
    return {asset.name for asset in bag.dags["grade"].timetable.asset_condition.objects}


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_department_becomes_one_dag(bag: Any, department: str) -> None:
    owner, batch, feeds, planned = DEPARTMENTS[department]
    for name, tag, expected in ((f"ingest_{department}", "live", feeds), (f"try_{department}", "planned", planned)):
        dag = bag.dags[name]
        assert dag.owner == owner
        assert dag.tags == {"ingest", "department", f"batch:{batch}", tag}
        assert dag.timetable.can_be_scheduled == (tag == "live")
        check_pairs(dag, department, expected)


def check_pairs(dag: Any, department: str, feeds: list[str]) -> None:
    """Each feed is received, then announced; pairs do not wait for each other."""
    edges = {task.task_id: task.downstream_task_ids for task in dag.tasks}
    expected: dict[str, set[str]] = {f"receive_{feed}": {f"announce_{feed}"} for feed in feeds}
    assert edges == expected | {f"announce_{feed}": set() for feed in feeds}
    announced = {outlet.name for task in dag.tasks for outlet in task.outlets}
    assert announced == {f"landing/{department}/{feed}" for feed in feeds}
    assert all(not task.outlets for task in dag.tasks if task.task_id.startswith("receive_"))


@pytest.mark.parametrize("department", PLANNED)
def test_a_planned_department_has_its_dag_which_only_people_start(bag: Any, department: str) -> None:
    batch, feeds = PLANNED[department]
    dag = bag.dags[f"ingest_{department}"]
    assert dag.tags == {"ingest", "department", f"batch:{batch}", "planned"}
    assert not dag.timetable.can_be_scheduled
    assert "计划中" in dag.dag_display_name
    names = [task.task_id.removeprefix("receive_") for task in dag.tasks if task.task_id.startswith("receive_")]
    assert len(names) == feeds
    check_pairs(dag, department, names)


@pytest.mark.parametrize("department", [*DEPARTMENTS, *PLANNED])
def test_a_department_s_page_tells_who_why_what_and_how_to_re_run(bag: Any, department: str) -> None:
    page = bag.dags[f"ingest_{department}"].doc_md
    for needed in ("Maintainers", "@example.org", "法律依据", "Re-run", f"dags/departments/{department}.yml"):
        assert needed in page
    _, _, feeds, planned = DEPARTMENTS.get(department, ("", "", [], []))
    for feed in feeds:
        assert f"| `{feed}` |" in page
    for feed in planned:
        assert f"| `{feed}` |" in page
    assert ("计划中 planned" in page) == bool(planned or department in PLANNED)


def test_one_line_switches_a_department_on(departments_copy: Path) -> None:
    change(departments_copy / "customs.yml", "\nschedule:", "\nlive_since: 2024-01-01\nschedule:")
    bag = parse()
    dag = bag.dags["ingest_customs"]
    assert "live" in dag.tags
    assert dag.timetable.expression == "0 1 * * *"
    assert {"landing/customs/customs_credit_grades", "landing/customs/administrative_penalties"} <= waited_for(bag)
    assert "try_customs" not in bag.dag_ids


def test_a_day_to_come_is_still_planned(departments_copy: Path) -> None:
    change(departments_copy / "customs.yml", "\nschedule:", "\nlive_since: 9998-01-01\nschedule:")
    bag = parse()
    assert "planned" in bag.dags["ingest_customs"].tags
    assert not any("customs" in name for name in waited_for(bag))


def test_a_planned_feed_of_a_live_department_moves_when_it_is_switched_on(departments_copy: Path) -> None:
    change(departments_copy / "market_regulation.yml", "live_since: null", "live_since: 2025-01-01")
    bag = parse()
    assert "receive_administrative_licences" in bag.dags["ingest_market_regulation"].task_ids
    assert "receive_administrative_licences" not in bag.dags["try_market_regulation"].task_ids
    assert "landing/market_regulation/administrative_licences" in waited_for(bag)


def test_a_department_that_is_planned_again_leaves_grading_alone(departments_copy: Path) -> None:
    change(departments_copy / "finance.yml", "live_since: 2024-01-01\n", "")
    # its feeds that were planned anyway say so in a line each, which is no contradiction
    bag = parse()
    assert "planned" in bag.dags["ingest_finance"].tags
    assert len(bag.dags["ingest_finance"].tasks) == 18
    assert not any("/finance/" in name for name in waited_for(bag))
