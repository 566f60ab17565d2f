"""warn: judge the newest release by the warning rules."""

from dataclasses import asdict
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException


class WarnOperator(BaseOperator):
    """Loads the warning rules, raises and ends warnings for the newest release.

    Returns the run's numbers. A wrong rule fails the task for good, with every problem by file and line; nothing is
    raised then. Run again, it writes nothing.
    """

    def execute(self, context: Any) -> dict[str, Any]:
        """Load the rules, judge the release, log the numbers."""
        from credit_grading.rulebook.problem import RulebookError
        from credit_grading.supervision.warn import warn
        from credit_grading.supervision.warning_load import load_warning_rules
        from credit_grading.warehouse.connection import connect

        with connect(autocommit=True) as connection:
            try:
                loaded = load_warning_rules(connection)
            except RulebookError as mistakes:
                for problem in mistakes.problems:
                    self.log.error("%s", problem)
                raise AirflowFailException(f"预警规则有误 the warning rules are wrong:\n{mistakes}") from mistakes
            run = warn(connection)
        if loaded:
            self.log.info("新规则 new rules: %s", ", ".join(loaded))
        if run is None:
            self.log.info("尚无发布 nothing is published")
            return {}
        numbers = {**asdict(run), "as_of": run.as_of.isoformat()}
        self.log.info("预警 warnings: %s", numbers)
        return numbers
