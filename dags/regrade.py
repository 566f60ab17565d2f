"""Grade a past day again, or what a publication released. Nothing that is published is touched."""

from airflow.sdk import DAG, Param

from credit_grading.operators.regrade import RegradeOperator
from credit_grading.operators.schedule import WAREHOUSE_TASK

with DAG(
    dag_id="regrade",
    dag_display_name="重新评价",
    description="Grade a past day, or a publication, again",
    doc_md=__doc__
    + """

**Parameters** `publication`: grade again what this publication released, with what was known then and the rulebooks of
then; red where a single grade differs. Or `as_of`: the day to grade, with `known_at` (`now`, `then` = the end of that
day, or a moment) and `rulebooks` (`id@version`: versions that apply instead of those in force that day).

**Result**: the numbers in the log, every row in schema `evaluation_regrade` until the next time.

**Re-run**: at any time. It writes schemas of its own only and begins anew each time.
""",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["grade", "trial"],
    params={
        "publication": Param(None, type=["null", "integer"], minimum=1, title="发布序号", description="reproduce it"),
        "as_of": Param(None, type=["null", "string"], format="date", title="评价日期", description="YYYY-MM-DD"),
        "known_at": Param("now", type="string", title="数据截止", description="now, then, or a moment in city time"),
        "rulebooks": Param([], type="array", items={"type": "string"}, title="指定模型版本", description="id@version"),
    },
    default_args=WAREHOUSE_TASK,
):
    RegradeOperator(
        task_id="regrade",
        task_display_name="重新评价",
        doc_md="Evaluates in workspace `regrade`; logs grades per rulebook, and every difference from the publication.",
    )
