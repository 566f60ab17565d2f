"""What follows from a release: records marked, grades reviewed, inspections planned, experts proposed for."""

from airflow.sdk import DAG, AssetOrTimeSchedule

from credit_grading.operators.exchange import ExchangeOperator
from credit_grading.operators.inspection import PlanInspectionsOperator, RecordInspectionsOperator
from credit_grading.operators.manage_experts import ManageExpertsOperator
from credit_grading.operators.repair import MarkRecordsOperator, NoteCorrectionsOperator
from credit_grading.operators.review import ReviewOperator
from credit_grading.operators.schedule import PUBLICATION, WAREHOUSE_TASK, each
from credit_grading.operators.warn import WarnOperator

with DAG(
    dag_id="supervise",
    dag_display_name="发布后监管",
    description="What departments are told, asked and given to decide after each release",
    doc_md=__doc__
    + """

Runs after each publication, and each morning, because deadlines pass on days without one.

The tasks do not wait for each other; of those that queue `mark_records` goes first, as `warn` looks at its days.
**Re-run**: at any time. Ledgers are only added to, and a second run with the same release, day and answers adds
nothing. Red: rules have a mistake; the log names file and line, and nothing was changed.
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
    WarnOperator(
        task_id="warn",
        task_display_name="信用预警",
        doc_md="Raises and ends warnings by the rules: drops, points, thresholds, validity, publicity, listings.",
    )
    RecordInspectionsOperator(
        task_id="record_inspections",
        task_display_name="检查结果归集",
        doc_md="Takes in the results of drawn subjects; warns of results that belong to no draw.",
    )
    PlanInspectionsOperator(
        task_id="plan_inspections",
        task_display_name="检查计划",
        doc_md="Loads the supervision list (信用监管清单) and plans the period of each item that has no plan yet.",
    )
    ManageExpertsOperator(
        task_id="manage_experts",
        task_display_name="评审专家库建议",
        doc_md="Proposes by rules whom to promote, suspend, restore or dismiss of the review experts; finance decides.",
    )
    MarkRecordsOperator(
        task_id="mark_records",
        priority_weight=2,
        task_display_name="公示期与异议标注",
        doc_md="Brings publicity periods and marks of objections beside published records up to date, and no grade.",
    )
    NoteCorrectionsOperator(
        task_id="note_corrections",
        task_display_name="等级更正登记",
        doc_md="Notes both grades and the decision behind each correction, for releases that were not looked at yet.",
    )
