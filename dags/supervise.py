"""What follows from a release: give back what industries found, and review grades that lie two levels apart."""

from airflow.sdk import DAG, AssetOrTimeSchedule

from credit_grading.operators.exchange import ExchangeOperator
from credit_grading.operators.review import ReviewOperator
from credit_grading.operators.schedule import PUBLICATION, WAREHOUSE_TASK, each

with DAG(
    dag_id="supervise",
    dag_display_name="发布后监管",
    description="Share industries' results and review diverging grades",
    doc_md=__doc__
    + """

Runs after each publication, and each morning, because deadlines pass on days without one.

**Re-run**: at any time. The ledger of reviews is only added to, and a second run with the same release, day and answers
adds nothing. Red: the rules of review have a mistake; the log names file and line, and nothing was changed.
""",
    schedule=AssetOrTimeSchedule(timetable=each("30 7 * * *"), assets=[PUBLICATION]),
    catchup=False,
    max_active_runs=1,
    tags=["supervision"],
    default_args=WAREHOUSE_TASK,
):
    ExchangeOperator(
        task_id="exchange",
        task_display_name="共享行业结果",
        doc_md="Shares industries' newest grades, warnings and inspection results, as the newest release knew them.",
    )
    ReviewOperator(
        task_id="review",
        task_display_name="评价等级核查",
        doc_md="Opens, notifies, judges answers, escalates and closes cases of diverging grades (两档以上差距).",
    )
