"""publish: release what the gate let through, in one transaction."""

from dataclasses import asdict, is_dataclass
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from credit_grading.operators.evaluation_run import run_of
from credit_grading.operators.schedule import PUBLICATION


class PublishOperator(BaseOperator):
    """Publishes the open evaluation run and emits the asset ``sharing/publication``.

    Returns the publication's numbers. A refusal (no verdict, other candidates than the gate saw, an older
    as-of date) fails the task for good; only a lost connection is tried again, and finds either nothing
    published or the whole publication.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(outlets=[PUBLICATION], **kwargs)

    def execute(self, context: Any) -> dict[str, Any]:
        """Publish, and announce the release."""
        from credit_grading.publication.publish import PublicationRefused, publish
        from credit_grading.warehouse.connection import connect

        with connect(autocommit=True) as connection:
            run_id = _published_by(connection, context["run_id"]) or run_of(connection, context["run_id"])
            try:
                publication = publish(connection, run_id)
            except PublicationRefused as problem:
                raise AirflowFailException(f"发布被拒绝 publication of run {run_id} refused: {problem}") from problem
        numbers = numbers_of(publication)
        context["outlet_events"][PUBLICATION].extra = numbers
        self.log.info("published: %s", numbers)
        return numbers


def _published_by(connection: Any, dag_run_id: str) -> int | None:
    """The run of this DAG run, where an earlier attempt published it and was killed before it could say so."""
    row = connection.execute(
        "select max(run_id) from evaluation.run where dag_run_id = %s and state = 'published'", (dag_run_id,)
    ).fetchone()
    return int(row[0]) if row and row[0] is not None else None


def numbers_of(publication: Any) -> dict[str, Any]:
    """A publication's fields for other tasks and for the asset's event; dates and times as text."""
    values = asdict(publication) if is_dataclass(publication) and not isinstance(publication, type) else {}
    return {name: value if isinstance(value, int) or value is None else str(value) for name, value in values.items()}
