"""receive: fetch one feed of one department into landing."""

from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from credit_grading.hooks.source import open_connection

# Trying again helps only where the other side did not answer; bad content stays bad.
RETRIED_OUTCOMES = frozenset({"source_unreachable"})


class ReceiveFeedOperator(BaseOperator):
    """Lands what a feed has that was not landed yet.

    Args:
        department_id: stem of the department's file.
        feed_id: one of its feeds.

    Returns ``{"outcome", "batches", "rows"}``. A feed in an alarm state fails the task with every problem in
    its log: at once where the content is bad, after retries where the source did not answer.
    """

    def __init__(self, *, department_id: str, feed_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.department_id = department_id
        self.feed_id = feed_id

    def execute(self, context: Any) -> dict[str, Any]:
        """Receive the feed; log every problem."""
        from credit_grading.landing.problem import FeedProblem
        from credit_grading.landing.receive import receive_feed
        from credit_grading.operators.departments import find_feed
        from credit_grading.warehouse.connection import connect
        from credit_grading.warehouse.prepare import prepare

        department, feed = find_feed(self.department_id, self.feed_id)
        with connect(autocommit=True) as connection:
            prepare(connection)
            try:
                outcome = receive_feed(
                    connection, department, feed, open_connection=open_connection, dag_run_id=context["run_id"]
                )
            except FeedProblem as problem:
                self._log_problem(problem.outcome, str(problem))
                if problem.outcome.outcome in RETRIED_OUTCOMES:
                    raise
                raise AirflowFailException(str(problem)) from problem
        self.log.info("%s/%s: %s, %s rows landed", department.id, feed.id, outcome.outcome, outcome.rows)
        for note in outcome.problems:
            self.log.warning("%s", note)
        return {"outcome": outcome.outcome, "batches": list(outcome.batches), "rows": outcome.rows}

    def _log_problem(self, outcome: Any, message: str) -> None:
        self.log.error("数据源异常 feed problem: %s/%s %s", self.department_id, self.feed_id, outcome.outcome)
        for line in message.splitlines():
            self.log.error("%s", line)
        if outcome.batches:
            self.log.warning("landed all the same: batches %s, %s rows", outcome.batches, outcome.rows)
