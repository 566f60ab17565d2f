"""What the DAGs are: exact ids, owners, tags, tasks, edges and policies, as Airflow itself parses them."""

import ast
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from airflow.sdk.exceptions import ParamValidationError

from tests.dag.described import DEPARTMENTS, INGEST, PLANNED, TRY

HOME = Path(__file__).resolve().parents[2]

GRADE_EDGES = {
    "open_run": {"stage"},
    "stage": {"gate_staging"},
    "gate_staging": {"thematic", "data_docs"},
    "thematic": {"evaluate"},
    "evaluate": {"audit"},
    "audit": {"candidates"},
    "candidates": {"gate_publication"},
    "gate_publication": {"publish", "data_docs"},
    "publish": set(),
    "data_docs": set(),
}
# DAGs that people start, of one task each, with their parameters
TRIALS = {
    "regrade": {"publication", "as_of", "known_at", "rulebooks"},
    "what_if": {"drafts", "as_of", "noise_percent"},
}
# the same, of supervision
DRAWING = {"draw": {"mode", "item", "period", "commitment", "draw", "seed"}}
SUPERVISION = {
    "exchange", "review", "record_inspections", "plan_inspections", "manage_experts", "mark_records",
    "note_corrections", "warn",
}  # fmt: skip
DELIVERY = {"choose", "deliver"}
# what is decided about releases and old data: tasks, parameters
UPKEEP = {
    "roll_back": (["roll_back"], {"publication", "reason", "ordered_by", "hold_releases"}),
    "resume_releases": (["resume_releases"], {"resumed_by"}),
    "maintain": (["retention_preview", "retention_apply"], {"apply", "approved_by", "as_of"}),
}
TAGS = {"ingest", "department", "live", "planned", "grade", "publication", "trial", "supervision", "inspection"}
TAGS |= {"delivery", "maintenance", "batch:improve", "batch:breakthrough", "batch:deploy"}


def test_every_file_parses_and_makes_exactly_the_expected_dags(bag: Any) -> None:
    assert bag.import_errors == {}
    standing = {"grade", "supervise", "deliver"}
    assert set(bag.dag_ids) == INGEST | TRY | standing | set(TRIALS) | set(DRAWING) | set(UPKEEP)
    assert len(INGEST) == 30


def test_grading_is_one_chain_with_data_docs_beside_it(bag: Any) -> None:
    dag = bag.dags["grade"]
    assert {task.task_id: task.downstream_task_ids for task in dag.tasks} == GRADE_EDGES
    assert dag.owner == "credit-supervision"
    assert dag.tags == {"grade", "publication"}
    assert [outlet.name for outlet in dag.get_task("publish").outlets] == ["sharing/publication"]
    rules = {task.task_id: task.trigger_rule.value for task in dag.tasks}
    assert {task for task, rule in rules.items() if rule != "all_success"} == {"data_docs"}
    assert rules["data_docs"] == "all_done"


def test_grading_starts_from_every_live_feed_and_at_the_latest_each_morning(bag: Any) -> None:
    dag = bag.dags["grade"]
    feeds = {f"landing/{department}/{feed}" for department, (_, _, feeds, _) in DEPARTMENTS.items() for feed in feeds}
    condition = dag.timetable.asset_condition
    assert type(condition).__name__ == "AssetAll"
    assert {asset.name for asset in condition.objects} == feeds
    assert dag.timetable.timetable.expression == "0 6 * * *"
    assert dag.timetable.timetable.timezone == "Asia/Shanghai"


def test_parameters_of_grading(bag: Any) -> None:
    params = bag.dags["grade"].params
    assert set(params) == {"as_of", "force"}
    assert params["as_of"] is None
    assert params["force"] is False
    params["as_of"] = "2026-06-30"
    params.validate()
    with pytest.raises(Exception, match="date"):
        params["as_of"] = "yesterday"
    params["as_of"] = None


def test_supervision_follows_each_publication_and_each_day(bag: Any) -> None:
    dag = bag.dags["supervise"]
    assert {task.task_id for task in dag.tasks} == SUPERVISION
    assert all(not task.downstream_task_ids for task in dag.tasks), "one that fails does not keep the others"
    first = max(dag.tasks, key=lambda task: task.priority_weight)
    assert first.task_id == "mark_records", "what warn looks at is written before it, where tasks queue"
    assert [asset.name for asset in dag.timetable.asset_condition.objects] == ["sharing/publication"]
    assert dag.timetable.can_be_scheduled


@pytest.mark.parametrize("late", [1, 30, 143, 1000], ids=lambda minutes: f"{minutes}_minutes_late")
def test_a_new_dag_waits_for_its_next_tick(bag: Any, monkeypatch: pytest.MonkeyPatch, late: int) -> None:
    """Airflow's own default would run at once for a tick that is not long past: an empty city would be graded."""
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables import trigger
    from airflow.timetables.base import TimeRestriction

    never = {"last_automated_data_interval": None, "restriction": TimeRestriction(None, None, catchup=False)}
    for name, hour, minute in (("grade", 6, 0), ("supervise", 7, 30)):
        due = datetime(2026, 11, 26, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))
        monkeypatch.setattr(trigger, "utcnow", lambda due=due: due.astimezone(UTC) + timedelta(minutes=late))
        dag = DagSerialization.from_dict(DagSerialization.to_dict(bag.dags[name]))
        assert dag.timetable.next_dagrun_info(**never).run_after == due + timedelta(days=1), name


def test_each_delivery_is_a_task_of_its_own_after_each_publication(bag: Any) -> None:
    dag = bag.dags["deliver"]
    assert {task.task_id: task.downstream_task_ids for task in dag.tasks} == {"choose": {"deliver"}, "deliver": set()}
    assert dag.get_task("deliver").is_mapped
    assert [asset.name for asset in dag.timetable.asset_condition.objects] == ["sharing/publication"]
    assert set(dag.params) == {"department", "delivery", "again"}
    assert "Re-run" in dag.doc_md
    assert {task.pool for task in dag.tasks} == {"sources"}, "a slow receiver does not keep grading waiting"


@pytest.mark.parametrize("name", TRIALS | DRAWING)
def test_what_people_start(bag: Any, name: str) -> None:
    dag = bag.dags[name]
    params = (TRIALS | DRAWING)[name]
    assert dag.tags == ({"grade", "trial"} if name in TRIALS else {"supervision", "inspection"})
    assert not dag.timetable.can_be_scheduled, "nothing but a person starts it"
    assert [task.task_id for task in dag.tasks] == [name]
    assert set(dag.params) == params
    assert all(has_chinese(dag.params.get_param(key).schema["title"]) for key in params)
    assert "Re-run" in dag.doc_md
    assert not dag.get_task(name).outlets, "a trial announces nothing"


@pytest.mark.parametrize(
    ("name", "parameter", "right", "wrong"),
    [
        ("what_if", "drafts", ["public_credit@draft.yml"], []),
        ("what_if", "noise_percent", 2.5, 0),
        ("what_if", "noise_percent", 99, 100),
        ("what_if", "as_of", "2026-06-30", "yesterday"),
        ("regrade", "as_of", None, "2026-06"),
        ("regrade", "publication", 1, 0),
        ("regrade", "rulebooks", ["public_credit@2026-01"], "public_credit@2026-01"),
        ("deliver", "again", True, "yes"),
        ("deliver", "department", "finance", 7),
        ("draw", "mode", "run", "verify"),
        ("draw", "period", "2026-04", "2026-4"),
        ("draw", "commitment", "0" * 64, "the seed itself"),
    ],
)
def test_parameters_of_trials(bag: Any, name: str, parameter: str, right: object, wrong: object) -> None:
    param = bag.dags[name].params.get_param(parameter)
    assert param.resolve(right) == right
    with pytest.raises(ParamValidationError):
        param.resolve(wrong)


@pytest.mark.parametrize("name", UPKEEP)
def test_upkeep_is_decided_by_people(bag: Any, name: str) -> None:
    dag = bag.dags[name]
    tasks, params = UPKEEP[name]
    assert [task.task_id for task in dag.topological_sort()] == tasks
    assert {task.pool for task in dag.tasks} == {"warehouse"}
    assert set(dag.params) == params
    assert all(has_chinese(dag.params.get_param(key).schema["title"]) for key in params)
    assert "Re-run" in dag.doc_md


def test_a_roll_back_needs_a_reason_and_is_a_publication(bag: Any) -> None:
    dag = bag.dags["roll_back"]
    assert not dag.timetable.can_be_scheduled, "nothing but a person starts it"
    assert [outlet.name for outlet in dag.get_task("roll_back").outlets] == ["sharing/publication"]
    for key, wrong in (("publication", None), ("publication", 0), ("reason", ""), ("reason", "  "), ("ordered_by", "")):
        with pytest.raises(ParamValidationError):
            dag.params.get_param(key).resolve(wrong)
    with pytest.raises(ParamValidationError):
        dag.params.validate()


def test_maintenance_shows_each_week_and_removes_only_what_is_asked_for(bag: Any) -> None:
    dag = bag.dags["maintain"]
    assert dag.timetable.expression == "0 3 * * 0"
    assert dag.params["apply"] is None
    rules = {task.task_id: task.trigger_rule.value for task in dag.tasks}
    assert rules == {"retention_preview": "all_success", "retention_apply": "none_failed"}


def test_policies(bag: Any) -> None:
    tasks = [(dag, task) for dag in bag.dags.values() for task in dag.tasks]
    receiving = 2 * sum(len(feeds) + len(planned) for _, _, feeds, planned in DEPARTMENTS.values())
    receiving += 2 * sum(feeds for _, feeds in PLANNED.values())
    upkeep = sum(len(tasks) for tasks, _ in UPKEEP.values())
    following = len(SUPERVISION) + len(DELIVERY)
    assert len(tasks) == receiving + len(GRADE_EDGES) + following + len(TRIALS) + len(DRAWING) + upkeep
    for dag in bag.dags.values():
        assert dag.catchup is False, dag.dag_id
        assert dag.max_active_runs == 1, dag.dag_id
        assert dag.tags <= TAGS, dag.dag_id
        assert has_chinese(dag.dag_display_name), dag.dag_id
        assert dag.doc_md, dag.dag_id
    for dag, task in tasks:
        name = f"{dag.dag_id}.{task.task_id}"
        assert task.doc_md, name
        assert has_chinese(task.task_display_name), name
        assert task.retries >= 2, name
        assert task.retry_exponential_backoff, name
        assert task.max_retry_delay, name
        assert task.execution_timeout >= timedelta(hours=1), name
    pools = {f"{dag.dag_id}.{task.task_id}": task.pool for dag, task in tasks}
    assert {pool for name, pool in pools.items() if ".receive_" in name} == {"sources"}
    grading = {name.split(".")[1]: pool for name, pool in pools.items() if name.startswith("grade.")}
    assert {task for task, pool in grading.items() if pool != "warehouse"} == {"data_docs"}
    # a trial reads what grading writes: one at a time
    assert {pools[f"{name}.{name}"] for name in TRIALS | DRAWING} == {"warehouse"}


def test_pools_that_are_used_are_created(bag: Any) -> None:
    from credit_grading.platform.settings import POOLS

    used = {task.pool for dag in bag.dags.values() for task in dag.tasks}
    assert used - {"default_pool"} == set(POOLS)
    assert POOLS["warehouse"][0] == 1


def test_grade_page_tells_how_to_re_run(bag: Any) -> None:
    page = bag.dags["grade"].doc_md
    assert "Re-run" in page
    assert "as_of" in page


def test_every_dag_serializes_and_keeps_its_chinese_name(bag: Any) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    for dag in bag.dags.values():
        data = DagSerialization.to_dict(dag)
        assert dag.dag_display_name in json.dumps(data, ensure_ascii=False)
        again = DagSerialization.from_dict(data)
        assert set(again.task_ids) == set(dag.task_ids)


def test_no_dag_file_is_named_like_dbt() -> None:
    files = sorted(path.name for path in (HOME / "dags").glob("*.py"))
    assert files == [
        "deliver.py", "department_files.py", "draw.py", "grade.py", "ingest.py", "maintain.py", "regrade.py",
        "resume_releases.py", "roll_back.py", "supervise.py", "what_if.py",
    ]  # fmt: skip
    assert not list((HOME / "dags").rglob("dbt_*.py"))


def test_dag_files_import_only_the_airflow_sdk() -> None:
    for file in (HOME / "dags").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            wrong = [name for name in modules if name and name.startswith("airflow") and name != "airflow.sdk"]
            assert not wrong, f"{file.name}: {wrong}"


def test_parsing_imports_nothing_heavy_and_opens_no_connection() -> None:
    program = f"""
import socket, sys
from airflow.dag_processing.dagbag import DagBag
before = set(sys.modules)
def refuse(*_, **__): raise AssertionError("a DAG file opened a connection at parse")
socket.socket.connect = refuse
bag = DagBag({str(HOME / "dags")!r})
assert not bag.import_errors, bag.import_errors
heavy = ("dbt", "great_expectations", "pandas", "openpyxl", "python_calamine", "psycopg", "numpy")
print(len(bag.dags), sorted(name for name in set(sys.modules) - before if name.split(".")[0] in heavy))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == f"{len(INGEST) + len(TRY) + 3 + len(TRIALS) + len(DRAWING) + len(UPKEEP)} []"


def test_plugins_folder_is_not_imported_file_by_file() -> None:
    from airflow._shared.module_loading.file_discovery import find_path_from_directory

    found = [Path(path).name for path in find_path_from_directory(HOME / "plugins", ".airflowignore", "glob")]
    assert [name for name in found if name.endswith(".py")] == []


def has_chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)
