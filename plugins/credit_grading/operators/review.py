"""review: open, notify, judge, escalate and close cases of diverging grades."""

from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from credit_grading.operators.schedule import as_of_date


class ReviewOperator(BaseOperator):
    """Brings the ledger of reviews (评价等级核查) up to the newest release and the run's day.

    Returns the number of new events by kind. Mistakes in the rules file fail the task for good.
    """

    def execute(self, context: Any) -> dict[str, int]:
        """Review, and log what happened."""
        from credit_grading.supervision.review import review
        from credit_grading.supervision.review_rules import ReviewRulesError
        from credit_grading.warehouse.connection import connect

        day = as_of_date(context)
        with connect(autocommit=True) as connection:
            try:
                events = review(connection, day)
            except ReviewRulesError as problem:
                raise AirflowFailException(f"核查规则有误 the rules of review are wrong:\n{problem}") from problem
        self.log.info("review on %s: %s", day, events or "没有变化 nothing new")
        return events
