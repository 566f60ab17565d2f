"""announce: tell the rest of the city that a feed has new, complete data."""

from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from credit_grading.operators.schedule import feed_asset


class AnnounceFeedOperator(BaseOperator):
    """Checks the batches of this run against the ledger, then emits the feed's asset.

    The ledger is asked, not the receiving task: a task that was killed after its commit and tried again
    finds nothing new, yet its batch must be announced. Nothing landed: skipped, no asset event.

    Returns ``{"batches", "rows"}``; fails where a listed batch does not hold the rows the ledger says.
    """

    def __init__(self, *, department_id: str, feed_id: str, **kwargs: Any) -> None:
        self.asset = feed_asset(department_id, feed_id)
        super().__init__(outlets=[self.asset], **kwargs)
        self.department_id = department_id
        self.feed_id = feed_id

    def execute(self, context: Any) -> dict[str, Any]:
        """Verify, then announce; skip where this run landed nothing."""
        from credit_grading.operators.ledger import LedgerMismatch, verified_batches
        from credit_grading.warehouse.connection import connect

        with connect() as connection:
            try:
                batches = verified_batches(connection, self.department_id, self.feed_id, context["run_id"])
            except LedgerMismatch as problem:
                raise AirflowFailException(str(problem)) from problem
        if not batches:
            raise AirflowSkipException(
                f"{self.department_id}/{self.feed_id}: 没有新数据 nothing new, nothing announced"
            )
        announced = {"batches": list(batches), "rows": sum(batches.values())}
        context["outlet_events"][self.asset].extra = announced
        self.log.info("announced %s: %s", self.asset.name, announced)
        return announced
