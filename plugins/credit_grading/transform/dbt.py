"""dbt in process: one call per layer, with each node's result handed back instead of buried in a log."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credit_grading import paths
from credit_grading.transform.manifest import in_workspace, keep, project_signature, read_kept
from credit_grading.warehouse.connection import dbt_environment

WORKS_ON_KEPT_MANIFEST = ("build", "run", "seed", "test")


@dataclass(frozen=True)
class NodeResult:
    """What dbt did with one model, seed or test."""

    name: str
    kind: str
    status: str
    seconds: float
    rows: int | None
    message: str

    @property
    def is_bad(self) -> bool:
        """Whether the node failed, or was left out because something before it failed."""
        return self.status in ("error", "fail", "runtime error", "skipped")


class DbtFailed(RuntimeError):
    """At least one node failed. `results` holds what dbt got to."""

    def __init__(self, message: str, results: list[NodeResult]) -> None:
        super().__init__(message)
        self.results = results


def run_dbt(command: str, *arguments: str, workspace: str = "") -> list[NodeResult]:
    """Run one dbt command (``build``, ``seed``, ``run``, ``test`` …) against the warehouse.

    `workspace`: evaluate beside the current results, in schemas whose names end so (see ``evaluation.workspace``).

    Returns one result per node, in the order dbt finished them. Raises DbtFailed, naming every
    failed node with its message, or with dbt's own message when the project does not parse.
    """
    os.environ.update(dbt_environment())
    manifest = parse() if command in WORKS_ON_KEPT_MANIFEST else None
    if workspace:
        manifest = in_workspace(manifest, workspace)
    outcome = _invoke(manifest, command, *arguments, workspace=workspace)
    results = [_result(node) for node in getattr(outcome.result, "results", None) or []]
    bad = [node for node in results if node.is_bad and node.status != "skipped"]
    if bad:
        raise DbtFailed("; ".join(f"{node.kind} {node.name}: {node.message}" for node in bad), results)
    if not outcome.success:
        raise DbtFailed(f"dbt {command} failed: {outcome.exception}", results)
    return results


def parse() -> Any:
    """The project's manifest: the kept one, or a new one. Raises DbtFailed where the project does not parse."""
    os.environ.update(dbt_environment())
    manifest = read_kept(target_folder())
    if manifest is None:
        signature = project_signature()
        outcome = _invoke(None, "parse")
        if not outcome.success:
            raise DbtFailed(f"dbt parse failed: {outcome.exception}", [])
        manifest = outcome.result
        keep(target_folder(), manifest, signature)
    return manifest


def _invoke(manifest: Any, command: str, *arguments: str, workspace: str = "") -> Any:
    from dbt.cli.main import dbtRunner

    project, target = str(paths.dbt_project()), target_folder()
    # two that run at once must not write the same files
    target = target.with_name(target.name + workspace)
    # the artifacts are for tools around dbt; writing them takes longer than a small layer
    artifacts = ["--no-write-json"] if manifest is not None else []
    return dbtRunner(manifest=manifest).invoke(
        [
            "--quiet", "--no-use-colors", "--log-path", str(target / "logs"), "--log-level-file", "info", *artifacts,
            command, *arguments, "--project-dir", project, "--profiles-dir", project, "--target-path", str(target),
        ]
    )  # fmt: skip


def target_folder() -> Path:
    """Where dbt writes; CREDIT_GRADING_DBT_TARGET overrides ``<state>/dbt``."""
    return Path(os.environ.get("CREDIT_GRADING_DBT_TARGET", paths.state() / "dbt"))


def _result(result: Any) -> NodeResult:
    rows = (result.adapter_response or {}).get("rows_affected")
    return NodeResult(
        name=result.node.name,
        kind=str(result.node.resource_type),
        status=str(result.status),
        seconds=round(result.execution_time, 2),
        rows=rows if isinstance(rows, int) and rows >= 0 else None,
        message=str(result.message or ""),
    )
