"""data_docs: build the pages that show what the gate saw."""

from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException


class DataDocsOperator(BaseOperator):
    """Builds Data Docs after the gates, passed or failed, outside the way to the publication.

    Returns the path of the index page; skipped where no gate gave a verdict in this DAG run.
    """

    def execute(self, context: Any) -> str:
        """Build the pages."""
        from credit_grading.warehouse.connection import connect

        with connect() as connection:
            row = connection.execute(
                "select max(run_id) from evaluation.run join quality.verdict using (run_id) where dag_run_id = %s",
                (context["run_id"],),
            ).fetchone()
        if row is None or row[0] is None:
            raise AirflowSkipException("no gate gave a verdict in this run")
        from credit_grading.gate.data_docs import build_data_docs

        page = build_data_docs(int(row[0]))
        self.log.info("Data Docs: %s", page)
        return str(page)
