"""build: run one layer of the dbt project in process."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from credit_grading.operators.evaluation_run import run_of

if TYPE_CHECKING:
    from credit_grading.evaluation.run import State

CONNECTION_TROUBLE = (
    "could not connect",
    "connection refused",
    "server closed the connection",
    "terminating connection",
)


class BuildLayerOperator(BaseOperator):
    """Builds the models of one folder, with their tests, as one task.

    Args:
        layer: folder under ``models/``.
        with_seeds: load the seeds first, when they changed.
        state_after: state of the evaluation run once the layer is built; None leaves it.

    Returns ``{"nodes", "seconds", "status"}``. A failing model or test fails the task for good; only a lost
    connection is tried again.
    """

    def __init__(
        self, *, layer: str, with_seeds: bool = False, state_after: "State | None" = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.layer = layer
        self.with_seeds = with_seeds
        self.state_after = state_after

    def execute(self, context: Any) -> dict[str, Any]:
        """Build the layer; log one line per node."""
        from credit_grading.evaluation.run import follows_run, set_state
        from credit_grading.transform.layers import selection
        from credit_grading.transform.seeds import remember_seeds, seeds_changed
        from credit_grading.warehouse.connection import connect

        with connect(autocommit=True) as connection:
            run_id = run_of(connection, context["run_id"])
            seeds = self.with_seeds and seeds_changed(connection)
            follows = self.layer == "evaluation" and follows_run(connection)
        summary = self._build(selection(self.layer, with_seeds=seeds, with_rules=not follows))
        with connect(autocommit=True) as connection:
            if seeds:
                remember_seeds(connection)
            if self.state_after:
                set_state(connection, run_id, self.state_after)
        return summary

    def _build(self, selected: list[str]) -> dict[str, Any]:
        from credit_grading.transform.dbt import DbtFailed, run_dbt

        try:
            # unit tests prove the code, not the data: the test suite runs them
            results = run_dbt("build", *selected, "--exclude-resource-type", "unit_test")
        except DbtFailed as problem:
            self._log_results(problem.results)
            if any(words in str(problem).lower() for words in CONNECTION_TROUBLE):
                raise
            raise AirflowFailException(str(problem)) from problem
        self._log_results(results)
        status: dict[str, int] = {}
        for node in results:
            status[node.status] = status.get(node.status, 0) + 1
        return {"nodes": len(results), "seconds": round(sum(node.seconds for node in results), 1), "status": status}

    def _log_results(self, results: list[Any]) -> None:
        width = max((len(node.name) for node in results), default=10)
        self.log.info("%s  %-10s %-8s %10s %8s", "node".ljust(width), "kind", "status", "rows", "seconds")
        for node in results:
            rows = "" if node.rows is None else str(node.rows)
            note = f"  {node.message}" if node.is_bad else ""
            line = f"{node.name.ljust(width)}  {node.kind:<10} {node.status:<8} {rows:>10} {node.seconds:>8.2f}{note}"
            (self.log.error if node.is_bad else self.log.info)("%s", line)
