"""what_if: try draft rulebooks beside the current ones."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from credit_grading import paths


class WhatIfOperator(BaseOperator):
    """Runs a trial of drafts and writes its page; nothing is published.

    Reads the parameters ``drafts`` (names of files in ``<state>/drafts``, or of current rulebooks), ``as_of`` and
    ``noise_percent``. Returns ``{"trial_id", "page"}``. Fails at once where a draft is wrong, with every problem by
    file and line.
    """

    def execute(self, context: Any) -> dict[str, Any]:
        """Try the drafts, log the outcome, write the page."""
        from credit_grading.rulebook.problem import RulebookError
        from credit_grading.warehouse.connection import connect
        from credit_grading.warehouse.prepare import prepare
        from credit_grading.what_if.command import page_file, told
        from credit_grading.what_if.page import read_trial, write_page
        from credit_grading.what_if.trial import run_trial

        params = context["params"]
        files = [draft_file(name) for name in params["drafts"]]
        as_of = date.fromisoformat(params["as_of"]) if params.get("as_of") else None
        with connect(autocommit=True) as connection:
            prepare(connection)
            try:
                trial_id = run_trial(
                    connection, files, as_of, noise_percent=Decimal(str(params["noise_percent"])),
                    made_by=context["run_id"],
                )  # fmt: skip
            except RulebookError as mistakes:
                for problem in mistakes.problems:
                    self.log.error("%s", problem)
                raise AirflowFailException(f"草案有误 the drafts are wrong:\n{mistakes}") from mistakes
            trial = read_trial(connection, trial_id)
            for line in told(trial):
                self.log.info("%s", line)
            page = page_file(trial_id)
            write_page(trial, page)
        self.log.info("网页 page: %s", page)
        return {"trial_id": trial_id, "page": str(page)}


def draft_file(name: str) -> Path:
    """The file of a draft: in ``<state>/drafts``, else among the rulebooks. Raises AirflowFailException for a path."""
    if Path(name).name != name:
        raise AirflowFailException(f"草案填文件名 name the draft's file, not a path: {name}")
    placed = paths.state() / "drafts" / name
    return placed if placed.exists() or not (paths.rulebooks() / name).exists() else paths.rulebooks() / name
