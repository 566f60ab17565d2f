"""Let releases go on that a roll-back held."""

from airflow.sdk import DAG, Param

from credit_grading.operators.roll_back import ResumeReleasesOperator
from credit_grading.operators.schedule import WAREHOUSE_TASK

with DAG(
    dag_id="resume_releases",
    dag_display_name="恢复发布",
    description="Let releases go on that a roll-back held",
    doc_md=__doc__
    + """

**Parameter** `resumed_by`: who says that the cause of the roll-back is gone; published (`sharing.roll_back`).

**Result**: the next run of `grade` may publish; a run that was refused meanwhile stays refused.

**Skipped**: nothing is held. **Re-run**: at any time.
""",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["publication"],
    params={"resumed_by": Param(type="string", minLength=1, pattern=r"\S", title="决定人", description="published")},
    default_args=WAREHOUSE_TASK,
):
    ResumeReleasesOperator(
        task_id="resume_releases",
        task_display_name="恢复发布",
        doc_md="Notes who decided that releases go on.",
    )
