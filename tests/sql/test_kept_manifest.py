"""The parsed project that is kept: for every database, and only for the project as it is."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from credit_grading import paths
from credit_grading.transform.dbt import parse, target_folder
from credit_grading.transform.manifest import in_workspace, keep, project_signature, read_kept
from credit_grading.warehouse.connection import VARIABLE


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The manifest kept by whoever worked in database ``one``, as it is read for database ``two``."""
    monkeypatch.setenv(VARIABLE, "postgresql://somebody@127.0.0.1:1/one")
    parse()
    monkeypatch.setenv(VARIABLE, "postgresql://another@127.0.0.1:2/two")
    return read_kept(target_folder())


def content(manifest: Any) -> dict[str, dict[str, Any]]:
    """Every node and source, but for the moment when it was parsed and what dbt lists in any order."""
    nodes = {**manifest.nodes, **manifest.sources}
    left_out = ("created_at", "sources", "depends_on")
    return {
        name: {key: value for key, value in node.to_dict().items() if key not in left_out}
        for name, node in nodes.items()
    }


def test_what_was_kept_for_one_database_is_what_another_would_parse(
    kept: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = content(kept)
    assert {node["database"] for node in found.values()} == {"two"}
    monkeypatch.setenv("CREDIT_GRADING_DBT_TARGET", str(tmp_path))
    assert found == content(parse())


def test_a_workspace_in_another_database(kept: Any) -> None:
    node = in_workspace(kept, "_trial").nodes["model.credit_grading.score"]
    assert node.relation_name == '"two"."evaluation_trial"."score"'


def test_what_was_kept_is_not_read_once_a_file_of_the_project_changed(
    kept: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(paths.dbt_project(), tmp_path / "dbt_project")
    monkeypatch.setenv("CREDIT_GRADING_HOME", str(tmp_path))
    keep(tmp_path, kept, project_signature())
    assert read_kept(tmp_path) is not None
    with (tmp_path / "dbt_project" / "models" / "evaluation" / "sources.yml").open("a") as file:
        file.write("\n")
    assert read_kept(tmp_path) is None
