"""regrade: grade a past day again, or what a publication released."""

from argparse import Namespace
from datetime import date
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException


class RegradeOperator(BaseOperator):
    """Grades a day, or a publication, again in schemas of its own; says what came out.

    Reads the parameters ``as_of``, ``known_at``, ``rulebooks`` (``id@version`` each) and ``publication``. Returns
    ``{"as_of", "grades", "different", "schema"}``. Fails where a publication is not reproduced exactly, and where the
    parameters do not go together.
    """

    def execute(self, context: Any) -> dict[str, Any]:
        """Regrade, and log the outcome."""
        from credit_grading.evaluation.command import run, told
        from credit_grading.warehouse.connection import connect
        from credit_grading.warehouse.prepare import prepare

        params = context["params"]
        options = Namespace(
            as_of=date.fromisoformat(params["as_of"]) if params.get("as_of") else None,
            known_at=params.get("known_at") or "now",
            rulebook=list(params.get("rulebooks") or []),
            publication=params.get("publication"),
        )
        if (options.as_of is None) == (options.publication is None):
            raise AirflowFailException("评价日期与发布序号填一个 give as_of or publication, one of them")
        with connect(autocommit=True) as connection:
            prepare(connection)
            try:
                result = run(connection, options)
            except (ValueError, LookupError) as mistake:
                raise AirflowFailException(str(mistake)) from mistake
        for line in told(result):
            self.log.info("%s", line)
        if result.different:
            raise AirflowFailException(
                f"第 {result.publication_id} 次发布未能重现 publication {result.publication_id} is not reproduced: "
                f"{result.different} grades differ"
            )
        return {
            "as_of": result.as_of.isoformat(), "grades": result.grades, "different": result.different,
            "schema": result.schema,
        }  # fmt: skip
