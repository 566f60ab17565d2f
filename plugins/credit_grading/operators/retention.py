"""retention_preview, retention_apply: show what may be removed; remove exactly that once it is approved."""

from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from credit_grading.operators.schedule import as_of_date


class RetentionPreviewOperator(BaseOperator):
    """Writes a plan of what the retention rules allow to remove; removes nothing.

    Skipped where the run is to apply a plan: a new preview would make that plan stale. Returns the plan's number, None
    where nothing may be removed.
    """

    def execute(self, context: Any) -> int | None:
        """Preview, and log every line."""
        from credit_grading.supervision.retention import RetentionRefused, preview
        from credit_grading.warehouse.connection import connect
        from credit_grading.warehouse.prepare import prepare

        if context["params"]["apply"] is not None:
            raise AirflowSkipException("执行已批准的清单，不再预览 a plan is applied: no new preview")
        with connect(autocommit=True) as connection:
            prepare(connection)
            try:
                plan_id, lines = preview(connection, as_of_date(context))
            except RetentionRefused as problem:
                raise AirflowFailException(f"没有生成清单 no plan was made: {problem}") from problem
        self.log.info("第 %s 号清单 plan %s: %s 项 lines", plan_id, plan_id, len(lines))
        for line in lines:
            self.log.info("%s", line)
        return plan_id


class RetentionApplyOperator(BaseOperator):
    """Removes what plan ``apply`` showed, which ``approved_by`` approved; skipped where no plan is given.

    Returns table → rows removed; nothing where the plan was applied before. Fails where the plan is stale.
    """

    def execute(self, context: Any) -> dict[str, int]:
        """Apply, and log what was removed."""
        from credit_grading.supervision.retention import RetentionRefused, apply
        from credit_grading.warehouse.connection import connect

        plan_id = context["params"]["apply"]
        if plan_id is None:
            raise AirflowSkipException("没有指定清单，只预览 no plan to apply: this run only shows")
        with connect(autocommit=True) as connection:
            try:
                lines = apply(connection, plan_id, context["params"]["approved_by"])
            except RetentionRefused as problem:
                raise AirflowFailException(f"未删除任何内容 nothing was removed: {problem}") from problem
        removed: dict[str, int] = {}
        for line in lines:
            self.log.info("已删除 removed %s", line)
            removed[line.table_name] = removed.get(line.table_name, 0) + line.rows
        return removed
