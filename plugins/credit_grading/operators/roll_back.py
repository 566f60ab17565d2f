"""roll_back and resume_releases: publish an earlier release again, with a reason; let further releases go on."""

from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from credit_grading.operators.publish import numbers_of
from credit_grading.operators.schedule import PUBLICATION


class RollBackOperator(BaseOperator):
    """Puts back what publication ``publication`` released and emits the asset ``sharing/publication``.

    Reads the parameters ``publication``, ``reason``, ``ordered_by`` and ``hold_releases``. Returns the numbers of the
    new publication. A refusal fails the task for good; a retry after a lost connection finds the roll-back done, or
    nothing of it.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(outlets=[PUBLICATION], **kwargs)

    def execute(self, context: Any) -> dict[str, Any]:
        """Roll back, and announce the publication."""
        from credit_grading.publication.publish import PublicationRefused
        from credit_grading.publication.roll_back import RollBackRefused, roll_back
        from credit_grading.warehouse.connection import connect
        from credit_grading.warehouse.prepare import prepare

        params = context["params"]
        with connect(autocommit=True) as connection:
            prepare(connection)
            try:
                publication = roll_back(
                    connection, params["publication"], params["reason"], params["ordered_by"],
                    holds_releases=params["hold_releases"],
                )  # fmt: skip
            except (RollBackRefused, PublicationRefused) as problem:
                raise AirflowFailException(f"回退被拒绝 roll-back refused: {problem}") from problem
        numbers = numbers_of(publication)
        context["outlet_events"][PUBLICATION].extra = numbers
        self.log.info("rolled back to publication %s: %s", params["publication"], numbers)
        return numbers


class ResumeReleasesOperator(BaseOperator):
    """Lets releases go on that a roll-back held; skipped where nothing is held. Reads the parameter ``resumed_by``."""

    def execute(self, context: Any) -> int:
        """Resume; returns the publication of the roll-back."""
        from credit_grading.publication.resume import ResumeRefused, resume_releases
        from credit_grading.warehouse.connection import connect
        from credit_grading.warehouse.prepare import prepare

        with connect(autocommit=True) as connection:
            prepare(connection)
            try:
                publication_id = resume_releases(connection, context["params"]["resumed_by"])
            except ResumeRefused as problem:
                raise AirflowFailException(str(problem)) from problem
        if publication_id is None:
            raise AirflowSkipException("没有被暂停的发布 nothing is held")
        self.log.info("releases go on after publication %s", publication_id)
        return publication_id
