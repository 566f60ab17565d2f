"""deliver: bring departments what they lack of the published releases."""

from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from credit_grading.hooks.source import open_connection


class ChooseDeliveriesOperator(BaseOperator):
    """Lists the deliveries of a run as ``department/delivery``: all that files declare, or those of the parameters.

    Reads ``department`` and ``delivery``. A file with mistakes declares nothing; the others go on. A name that no file
    declares fails the task for good.
    """

    def execute(self, context: Any) -> list[str]:
        """The names, one mapped task each."""
        from credit_grading.delivery.declared import declared
        from credit_grading.operators.departments import readable_departments

        params = context["params"]
        try:
            chosen = declared(readable_departments(), params.get("department"), params.get("delivery"))
        except LookupError as missing:
            raise AirflowFailException(str(missing.args[0])) from missing
        return [f"{department_id}/{delivery.id}" for department_id, delivery in chosen]


class DeliverOperator(BaseOperator):
    """Brings one department what one of its deliveries lacks, oldest publication first; safe to repeat.

    Args:
        delivery: ``department/delivery``.

    Reads the parameter ``again`` (deliver what was delivered once more). Returns one ``{"publication", "outcome",
    "rows"}`` per publication. A receiver that does not answer is tried again; anything else fails for good.
    """

    def __init__(self, *, delivery: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.delivery = delivery

    def execute(self, context: Any) -> list[dict[str, Any]]:
        """Deliver, and log what was brought."""
        from credit_grading.delivery.declared import declared
        from credit_grading.delivery.deliver import deliver
        from credit_grading.delivery.model import DeliveryFailed, ReceiverUnreachable
        from credit_grading.operators.departments import readable_departments

        department_id, _, delivery_id = self.delivery.partition("/")
        try:
            [(_, delivery)] = declared(readable_departments(), department_id, delivery_id)
            again = bool(context["params"].get("again"))
            attempts = deliver(department_id, delivery, open_connection=open_connection, again=again)
        except ReceiverUnreachable:
            raise
        except (DeliveryFailed, LookupError) as problem:
            raise AirflowFailException(f"推送 {self.delivery} 未完成 not delivered: {problem.args[0]}") from problem
        if not attempts:
            self.log.info("推送 %s：没有新的发布 (nothing new to deliver)", self.delivery)
        for attempt in attempts:
            self.log.info(
                "推送 %s：第 %s 次发布，%s，%s 行 (rows)",
                self.delivery, attempt.publication_id, attempt.outcome, attempt.rows,
            )  # fmt: skip
        return [
            {"publication": attempt.publication_id, "outcome": attempt.outcome, "rows": attempt.rows}
            for attempt in attempts
        ]
