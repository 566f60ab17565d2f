"""Bring each release to the departments, as files or into their databases (推送)."""

from airflow.sdk import DAG, Param

from credit_grading.operators.deliver import ChooseDeliveriesOperator, DeliverOperator
from credit_grading.operators.schedule import PUBLICATION, WAREHOUSE_TASK

with DAG(
    dag_id="deliver",
    dag_display_name="推送",
    description="Bring the release to departments, as files or into their databases",
    doc_md=__doc__
    + """

Runs after each publication. `choose` lists the `deliveries` of all department files, `deliver` is one task per
delivery: one that fails stops no other. What is sent is read as the department's own role, so a subscription that has
ended or was narrowed sends nothing more, whatever its file asks for.

**Parameters**, for a run that somebody starts: `department` and `delivery` (default: all), `again` (deliver once more
what was delivered: in full the newest, changes from the first on).

**Re-run**: at any time, also one task alone. What was delivered is not delivered twice; what is missing after a failure
follows: in full the newest, changes all in order. Attempts and their reasons: `sharing.delivery`.
""",
    schedule=[PUBLICATION],
    catchup=False,
    max_active_runs=1,
    tags=["delivery"],
    params={
        "department": Param(None, type=["null", "string"], title="部门", description="its id; default: all"),
        "delivery": Param(None, type=["null", "string"], title="推送标识", description="its id; default: all"),
        "again": Param(False, type="boolean", title="重新推送", description="also what was delivered"),
    },
    # the departments' systems are spared as when their feeds are received; nothing here writes what grading writes
    default_args=WAREHOUSE_TASK | {"pool": "sources"},
):
    chosen = ChooseDeliveriesOperator(
        task_id="choose",
        task_display_name="选定推送",
        doc_md="Lists the deliveries of the department files, or those of the parameters.",
    )
    DeliverOperator.partial(
        task_id="deliver",
        task_display_name="推送",
        doc_md="Brings one department what it lacks; the log has publications, outcomes and rows.",
        map_index_template="{{ task.delivery }}",
    ).expand(delivery=chosen.output)
