"""audit: evaluate a sample of the subjects a second time, from the records alone."""

from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from credit_grading.operators.evaluation_run import run_of


class AuditFailed(AirflowFailException):
    """Evaluating a subject again gave something else: nothing of this run is published, the last release stays."""


class AuditOperator(BaseOperator):
    """Compares a sample of the open run's results with evaluating those subjects from nothing.

    Returns ``{"subjects"}``; raises AuditFailed on any difference, after closing the run as refused. The next run
    evaluates every subject.
    """

    def execute(self, context: Any) -> dict[str, Any]:
        """Audit, log every differing row, and refuse where there is one."""
        from credit_grading.evaluation.audit import audit
        from credit_grading.evaluation.run import set_state
        from credit_grading.warehouse.connection import connect

        with connect(autocommit=True) as connection:
            run_id = run_of(connection, context["run_id"])
            result = audit(connection)
            self.log.info("%s subjects evaluated a second time", result.subjects)
            for difference in result.differences:
                self.log.error("%s", difference)
            if result.differences:
                subjects = sorted({difference.subject_key for difference in result.differences})
                reason = (
                    f"抽样复核不一致：{result.subjects} 个主体中 {len(subjects)} 个重新评价的结果不同 audit: "
                    f"{len(subjects)} of {result.subjects} subjects come out differently when they are evaluated again"
                )
                set_state(connection, run_id, "refused", reason)
                raise AuditFailed(f"{reason}: {', '.join(subjects[:5])}")
        return {"subjects": result.subjects}
