"""Publish an earlier release again, row for row, as a publication of its own."""

from airflow.sdk import DAG, Param

from credit_grading.operators.roll_back import RollBackOperator
from credit_grading.operators.schedule import WAREHOUSE_TASK

with DAG(
    dag_id="roll_back",
    dag_display_name="回退发布",
    description="Publish an earlier release again, with a reason",
    doc_md=__doc__
    + """

**Parameters** `publication`: the release that departments shall read again. `reason` and `ordered_by`: why and who;
both are published (`sharing.roll_back`). `hold_releases`: refuse every release until `resume_releases`.

**Result**: a publication of kind `roll_back` with a number of its own. The change feed goes on without a gap. What was
rolled back is kept, and can be put back in the same way.

**After**: `grade` goes on evaluating, and its `publish` is red until `resume_releases`. The release after that goes
on from here, with the records and rules of its day.

**Red**: no such publication, it stands already, or what was written over since is no longer kept (retention).

**Re-run**: at any time. Where the newest publication is this roll-back already, nothing is written.
""",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["publication"],
    params={
        "publication": Param(type="integer", minimum=1, title="恢复到第几次发布"),
        "reason": Param(type="string", minLength=1, pattern=r"\S", title="理由", description="published"),
        "hold_releases": Param(True, type="boolean", title="暂停后续发布", description="until resume_releases"),
        "ordered_by": Param(type="string", minLength=1, pattern=r"\S", title="决定人", description="published"),
    },
    default_args=WAREHOUSE_TASK,
):
    RollBackOperator(
        task_id="roll_back",
        task_display_name="回退发布",
        doc_md="Puts the earlier release back in one transaction and announces `sharing/publication`.",
    )
