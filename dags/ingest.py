"""One DAG per department, made from its file in ``dags/departments``: adding a department is adding a file."""

from datetime import timedelta

from airflow.sdk import DAG

from credit_grading.operators.announce import AnnounceFeedOperator
from credit_grading.operators.departments import department_page, feed_page, readable_departments
from credit_grading.operators.receive import ReceiveFeedOperator
from credit_grading.operators.schedule import each

for department in readable_departments():
    with DAG(
        dag_id=f"ingest_{department.id}",
        dag_display_name=f"接收数据：{department.title_zh}",
        description=f"{department.title_en}: receive its feeds and announce what is new",
        doc_md=department_page(department),
        schedule=each(department.schedule),
        catchup=False,
        max_active_runs=1,
        tags=["ingest", "department", f"batch:{department.batch}"],
        default_args={
            "owner": department.owner,
            # for sources that do not answer; bad content fails at once
            "retries": 3,
            "retry_delay": timedelta(seconds=30),
            "retry_exponential_backoff": True,
            "max_retry_delay": timedelta(minutes=10),
            "execution_timeout": timedelta(hours=1),
        },
    ):
        for feed in department.feeds:
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
