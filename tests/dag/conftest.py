"""The real DAG files, parsed by Airflow's own DagBag once per session."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HOME = Path(__file__).resolve().parents[2]

# Airflow reads its configuration when it is first imported
os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="credit-grading-airflow-"))
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(HOME / "dags")


@pytest.fixture(scope="session", autouse=True)
def airflow_home() -> Iterator[Path]:
    home = Path(os.environ["AIRFLOW_HOME"])
    yield home
    if home.name.startswith("credit-grading-airflow-"):
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def bag() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(HOME / "dags")


@pytest.fixture
def departments_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The department files in a folder of the test's own; the DAG files read them from there."""
    folder = tmp_path / "departments"
    shutil.copytree(HOME / "dags" / "departments", folder)
    monkeypatch.setenv("CREDIT_GRADING_DEPARTMENTS", str(folder))
    return folder
