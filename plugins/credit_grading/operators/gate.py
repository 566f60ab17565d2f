"""gate: let a run pass, or refuse it with the reason."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from credit_grading.operators.evaluation_run import run_of

if TYPE_CHECKING:
    from credit_grading.evaluation.run import State
    from credit_grading.gate.verdict import Gate

SHOWN_KEYS = 5


class GateRefused(AirflowFailException):
    """The gate's verdict is "failed": nothing of this run is published, the last release stays."""


class GateOperator(BaseOperator):
    """Runs one gate on the open evaluation run and records its verdict.

    Args:
        gate: ``staging`` (what came in) or ``publication`` (what would go out).
        state_after: state of the run once the gate has passed; None leaves it.

    Returns ``{"verdict_id", "outcome", "checks"}``; raises GateRefused on a failed verdict, after closing the
    run as refused.
    """

    def __init__(self, *, gate: "Gate", state_after: "State | None" = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.gate = gate
        self.state_after = state_after

    def execute(self, context: Any) -> dict[str, Any]:
        """Examine, log every check, and refuse where the verdict is "failed"."""
        from credit_grading.evaluation.run import set_state
        from credit_grading.gate.run import run_gate
        from credit_grading.operators.departments import readable_departments
        from credit_grading.warehouse.connection import connect

        with connect(autocommit=True) as connection:
            run_id = run_of(connection, context["run_id"])
            # a mistake in one department's file must not keep the others from being graded
            verdict = run_gate(connection, self.gate, run_id, departments=readable_departments())
            self._log_verdict(verdict)
            if verdict.outcome != "passed":
                set_state(connection, run_id, "refused", verdict.reason)
                raise GateRefused(f"闸门未通过 gate {self.gate} refused run {run_id}: {verdict.reason}")
            if self.state_after:
                set_state(connection, run_id, self.state_after)
        return {"verdict_id": verdict.verdict_id, "outcome": verdict.outcome, "checks": len(verdict.results)}

    def _log_verdict(self, verdict: Any) -> None:
        for check in verdict.results:
            numbers = f"{check.numerator}/{check.denominator}"
            line = f"{check.status:<14} {check.severity:<8} {check.suite}.{check.check_id}  {numbers}  {check.title_zh}"
            if check.status in ("failed", "error"):
                keys = "; ".join(str(key) for key in list(check.sample_keys)[:SHOWN_KEYS])
                self.log.error("%s | %s | sample keys: %s", line, check.detail or "", keys or "none")
            else:
                self.log.info("%s", line)
        self.log.info("verdict %s of gate %s: %s. %s", verdict.verdict_id, self.gate, verdict.outcome, verdict.reason)
