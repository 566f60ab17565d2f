"""plan_inspections and record_inspections: what a release means for inspections, and what came back from them."""

from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException


class PlanInspectionsOperator(BaseOperator):
    """Loads the supervision list and plans the period of every item that has no plan yet; safe to repeat.

    Returns ``{"entries", "plans"}``: new entries of the list, and plans made now. Fails where a file of the list is
    wrong (then nothing is planned), and, after planning all others, where an item cannot be planned.
    """

    def execute(self, context: Any) -> dict[str, Any]:
        """Load the list, plan, and log."""
        from credit_grading.supervision.inspection import plan_inspections
        from credit_grading.warehouse.connection import connect
        from credit_grading.warehouse.prepare import prepare

        with connect(autocommit=True) as connection:
            prepare(connection)
            try:
                planned = plan_inspections(connection)
            except ValueError as mistakes:
                raise AirflowFailException(f"信用监管清单有误 the supervision list is wrong:\n{mistakes}") from mistakes
        self.log.info("supervision list: %s new entries; plans made: %s", planned.entries, planned.plans)
        if planned.refused:
            told = "\n".join(f"{item}: {reason}" for item, reason in planned.refused.items())
            raise AirflowFailException(f"部分事项未能计划 some items could not be planned:\n{told}")
        return {"entries": planned.entries, "plans": planned.plans}


class RecordInspectionsOperator(BaseOperator):
    """Takes in the results of drawn subjects that the feeds brought; safe to repeat.

    Returns ``{"recorded", "stray"}``. A result that names a draw it does not belong to is a warning in the log.
    """

    def execute(self, context: Any) -> dict[str, Any]:
        """Record results, and warn of those that belong to no draw."""
        from credit_grading.supervision.inspection import record_inspections
        from credit_grading.warehouse.connection import connect
        from credit_grading.warehouse.prepare import prepare

        with connect(autocommit=True) as connection:
            prepare(connection)
            recorded, stray = record_inspections(connection)
        for draw_number, subject_key, reason in stray:
            self.log.warning(
                "检查结果与抽取不符 result belongs to no draw: %s %s (%s)", draw_number, subject_key, reason
            )
        return {"recorded": recorded, "stray": len(stray)}
