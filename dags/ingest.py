"""One DAG per department, made from its file in ``dags/departments``: adding a department is adding a file.

``ingest_<department>`` receives the live feeds. A department that is planned has it too, without a schedule; feeds that
a live department still plans are in ``try_<department>``. Both are there for people to start.
"""

from datetime import timedelta

from airflow.sdk import DAG

from credit_grading.department.model import Department, Feed
from credit_grading.operators.announce import AnnounceFeedOperator
from credit_grading.operators.departments import department_page, feed_page, readable_departments
from credit_grading.operators.receive import ReceiveFeedOperator
from credit_grading.operators.schedule import each
from credit_grading.platform.today import city_today


def receiving(verb: str, department: Department, feeds: list[Feed], *, is_live: bool) -> DAG:
    """The DAG ``<verb>_<department>``, which receives some of the department's feeds."""
    what = "接收数据" if is_live else "试接数据（计划中）"
    does = "receive its feeds" if is_live else "planned: try its feeds by hand"
    with DAG(
        dag_id=f"{verb}_{department.id}",
        dag_display_name=f"{what}：{department.title_zh}",
        description=f"{department.title_en}: {does} and announce what is new",
        doc_md=department_page(department),
        schedule=each(department.schedule) if is_live else None,
        catchup=False,
        max_active_runs=1,
        tags=["ingest", "department", f"batch:{department.batch}", "live" if is_live else "planned"],
        default_args={
            "owner": department.owner,
            # for sources that do not answer; bad content fails at once
            "retries": 3,
            "retry_delay": timedelta(seconds=30),
            "retry_exponential_backoff": True,
            "max_retry_delay": timedelta(minutes=10),
            "execution_timeout": timedelta(hours=1),
        },
    ) as dag:
        for feed in feeds:
            receive = ReceiveFeedOperator(
                task_id=f"receive_{feed.id}",
                task_display_name=f"接收：{feed.title_zh}",
                doc_md=feed_page(feed),
                department_id=department.id,
                feed_id=feed.id,
                pool="sources",
            )
            announce = AnnounceFeedOperator(
                task_id=f"announce_{feed.id}",
                task_display_name=f"通告：{feed.title_zh}",
                doc_md="Checks the batches of this run against the ledger, then emits the feed's asset. "
                "Skipped where nothing new was landed (没有新数据).",
                department_id=department.id,
                feed_id=feed.id,
            )
            receive >> announce
    return dag


for each_department in readable_departments():
    live = each_department.live_feeds(city_today())
    planned = [feed for feed in each_department.feeds if feed not in live]
    receiving("ingest", each_department, live or planned, is_live=bool(live))
    if live and planned:
        receiving("try", each_department, planned, is_live=False)
