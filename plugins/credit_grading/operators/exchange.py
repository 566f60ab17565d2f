"""exchange: give departments back what the others found."""

from typing import Any

from airflow.sdk import BaseOperator


class ExchangeOperator(BaseOperator):
    """Shares industries' newest grades, warnings and inspection results, as the newest release knew them.

    Returns ``{"written", "removed"}``, rows of sharing.industry_result.
    """

    def execute(self, context: Any) -> dict[str, int]:
        """Share, and log how much changed."""
        from credit_grading.supervision.exchange import exchange
        from credit_grading.warehouse.connection import connect

        with connect(autocommit=True) as connection:
            rows = exchange(connection)
        self.log.info("industry results: %s", rows)
        return rows
