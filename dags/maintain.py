"""Retention: show each week what may be removed, and remove exactly that once somebody has approved it."""

from airflow.sdk import DAG, Param

from credit_grading.operators.retention import RetentionApplyOperator, RetentionPreviewOperator
from credit_grading.operators.schedule import WAREHOUSE_TASK, each

with DAG(
    dag_id="maintain",
    dag_display_name="到期数据清理",
    description="Show what may be removed; remove it on approval",
    doc_md=__doc__
    + """

**Each Sunday** `retention_preview` writes a plan into `supervision.retention_plan` and the log: table, rows, oldest and
newest day, rule with its basis. `retention_apply` is skipped.

**To remove**: start the DAG with `apply` = the number of the newest plan and `approved_by` = who approved it. What may
be removed is determined once more for the plan's day; where the set is not the same, nothing is removed and the task is
red (stale plan: let a new preview be made). All of it goes in one transaction, noted in `supervision.removal`.

**Rules**: `plugins/credit_grading/warehouse/retention_rule.csv`. What no rule names is kept.

**Re-run**: at any time. A plan that was applied is not applied again.
""",
    schedule=each("0 3 * * 0"),
    catchup=False,
    max_active_runs=1,
    tags=["maintenance"],
    params={
        "apply": Param(None, type=["null", "integer"], minimum=1, title="执行的清单", description="number of a plan"),
        "approved_by": Param("", type="string", title="批准人", description="who approved the plan; kept"),
        "as_of": Param(None, type=["null", "string"], format="date", title="基准日", description="YYYY-MM-DD"),
    },
    default_args=WAREHOUSE_TASK,
):
    RetentionPreviewOperator(
        task_id="retention_preview",
        task_display_name="预览可删除的数据",
        doc_md="Writes `supervision.retention_plan`; removes nothing.",
    ) >> RetentionApplyOperator(
        task_id="retention_apply",
        task_display_name="删除已批准清单所列数据",
        doc_md="Removes what plan `apply` showed, in one transaction.",
        # the preview is skipped where a plan is applied
        trigger_rule="none_failed",
    )
