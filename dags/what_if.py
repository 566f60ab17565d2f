"""Try draft rulebooks beside the current ones: who would move, and why. Nothing is published."""

from airflow.sdk import DAG, Param

from credit_grading.operators.schedule import WAREHOUSE_TASK
from credit_grading.operators.what_if import WhatIfOperator

with DAG(
    dag_id="what_if",
    dag_display_name="规则试算",
    description="Try draft rulebooks beside the current ones",
    doc_md=__doc__
    + """

**Parameters** `drafts`: names of files (`<id>@<version>.yml`) in `<state>/drafts`, or of a version in
`dbt_project/rulebooks` that is not in force yet; `as_of`: the day (default: of the results that stand in the
warehouse); `noise_percent`: how much weights are shaken for the sensitivity.

**Result**: tables in schema `what_if`, one trial more each time, and a page `<state>/what_if/trial-<n>.html`.

**Re-run**: at any time. A draft with mistakes is red at once; the log names file and line.
""",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["grade", "trial"],
    params={
        "drafts": Param(
            [], type="array", items={"type": "string"}, minItems=1, title="草案文件", description="<id>@<version>.yml"
        ),
        "as_of": Param(None, type=["null", "string"], format="date", title="评价日期", description="YYYY-MM-DD"),
        "noise_percent": Param(10, type="number", exclusiveMinimum=0, exclusiveMaximum=100, title="权重扰动幅度（%）"),
    },
    default_args=WAREHOUSE_TASK,
):
    WhatIfOperator(
        task_id="what_if",
        task_display_name="规则试算",
        doc_md="Evaluates the drafts in workspace `what_if`, compares, and writes tables and page.",
    )
