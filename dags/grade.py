"""Stage → thematic → evaluate → audit → gate → publish: once every live feed has announced, at the latest at 06:00."""

from airflow.sdk import DAG, AssetAll, AssetOrTimeSchedule, Param, TriggerRule, chain

from credit_grading.operators.audit import AuditOperator
from credit_grading.operators.build import BuildLayerOperator
from credit_grading.operators.data_docs import DataDocsOperator
from credit_grading.operators.departments import readable_departments
from credit_grading.operators.evaluation_run import OpenRunOperator
from credit_grading.operators.gate import GateOperator
from credit_grading.operators.publish import PublishOperator
from credit_grading.operators.schedule import WAREHOUSE_TASK, each, feed_asset
from credit_grading.platform.today import city_today

MORNING = each("0 6 * * *")

FEEDS = [
    feed_asset(department.id, feed.id)
    for department in readable_departments()
    for feed in department.live_feeds(city_today())
]

with DAG(
    dag_id="grade",
    dag_display_name="信用评价与发布",
    description="Stage, evaluate, examine and publish the grades",
    doc_md=__doc__
    + """

**Parameters** `as_of`: the day to grade (default: the city's day on which the run was due); `force`: grade even
where nothing is new.

**Cost** follows change: where the tables hold an earlier run, only subjects to whom something happened are evaluated;
`open_run` logs it, with the reason where it is everybody.

**Re-run**: clear `open_run` with everything after it. That opens a new evaluation run and never touches what is
published. A refused gate (闸门未通过) is not re-run before its cause is mended: its log names check, numbers and keys.
The last release stays in force meanwhile.
""",
    schedule=AssetOrTimeSchedule(timetable=MORNING, assets=AssetAll(*FEEDS)) if FEEDS else MORNING,
    catchup=False,
    max_active_runs=1,
    tags=["grade", "publication"],
    params={
        "as_of": Param(None, type=["null", "string"], format="date", title="评价日期", description="YYYY-MM-DD"),
        "force": Param(False, type="boolean", title="没有新数据也评价"),
    },
    default_args=WAREHOUSE_TASK,
):
    open_run = OpenRunOperator(
        task_id="open_run",
        task_display_name="开始评价",
        doc_md="Loads the rulebooks and opens an evaluation run; skips everything where nothing is new (没有新数据).",
    )
    stage = BuildLayerOperator(
        task_id="stage",
        task_display_name="清洗入库",
        doc_md="Types and cleans new batches: landed = accepted + quarantined. Seeds are loaded when they changed.",
        layer="staging",
        with_seeds=True,
    )
    gate_staging = GateOperator(
        task_id="gate_staging",
        task_display_name="入库闸门",
        doc_md="Examines what came in. Refuses the run with check, table, numbers and sample keys in the log.",
        gate="staging",
    )
    thematic = BuildLayerOperator(
        task_id="thematic",
        task_display_name="专题信用库",
        doc_md="Builds subjects, the credit record spine and the thematic databases.",
        layer="thematic",
    )
    evaluate = BuildLayerOperator(
        task_id="evaluate",
        task_display_name="指标与评分",
        doc_md="Index, indicators, contributions, scores and grades of every rulebook in force.",
        layer="evaluation",
        state_after="evaluated",
    )
    audit = AuditOperator(
        task_id="audit",
        task_display_name="抽样复核",
        doc_md="Evaluates other subjects in each run a second time, from the records alone. One difference refuses the "
        "run, with the differing rows in the log; clear `open_run` with everything after it, which then evaluates "
        "every subject.",
    )
    candidates = BuildLayerOperator(
        task_id="candidates",
        task_display_name="待发布数据",
        doc_md="Builds the tables that the gate examines and the publication releases.",
        layer="sharing",
    )
    gate_publication = GateOperator(
        task_id="gate_publication",
        task_display_name="发布闸门",
        doc_md="Examines what would go out. Refuses the run with check, table, numbers and sample keys in the log.",
        gate="publication",
        state_after="verified",
    )
    publish = PublishOperator(
        task_id="publish",
        task_display_name="发布",
        doc_md="Releases the candidates in one transaction; readers see the old release or the new one.",
    )
    data_docs = DataDocsOperator(
        task_id="data_docs",
        task_display_name="质量报告页",
        doc_md="Pages of what the gates saw, passed or failed. Not on the way to the publication.",
        pool="default_pool",
        trigger_rule=TriggerRule.ALL_DONE,
    )
    chain(open_run, stage, gate_staging, thematic, evaluate, audit, candidates, gate_publication, publish)
    [gate_staging, gate_publication] >> data_docs
