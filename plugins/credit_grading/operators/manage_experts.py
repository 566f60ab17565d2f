"""manage_experts: propose what the rules of the expert pool say after a release."""

from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException


class ManageExpertsOperator(BaseOperator):
    """Writes new proposals about review experts (``supervision.expert_proposal``) by the newest release.

    Returns the number of new proposals by action. Wrong rules fail the task for good, with file and line; a
    repeated task proposes nothing twice.
    """

    def execute(self, context: Any) -> dict[str, int]:
        """Propose, and log how much."""
        from credit_grading.supervision.expert_pool import propose
        from credit_grading.supervision.expert_rules import ExpertRulesError
        from credit_grading.warehouse.connection import connect

        with connect(autocommit=True) as connection:
            try:
                counts = propose(connection)
            except ExpertRulesError as wrong:
                raise AirflowFailException(
                    f"评审专家库管理规则有误 rules of the expert pool are wrong:\n{wrong}"
                ) from wrong
        self.log.info("评审专家建议 proposals: %s", counts or "无 none")
        return counts
