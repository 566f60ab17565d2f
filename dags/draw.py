"""Draw whom to inspect, and who inspects, at random: the hash of the seed first, the seed after (双随机抽查)."""

from airflow.sdk import DAG, Param

from credit_grading.operators.draw import DrawOperator
from credit_grading.operators.schedule import WAREHOUSE_TASK

with DAG(
    dag_id="draw",
    dag_display_name="双随机抽查",
    description="Commit to a double-random draw, or make it",
    doc_md=__doc__
    + """

**Parameters** `mode`: `commit` fixes plan, frame and the hash of the seed; `run` draws with the seed. To commit: `item`
of the supervision list, `period` (the month in which it begins), `commitment` (SHA-256 of the seed; `credit-grading
draw seed` makes both). To run: `draw` (its number, from the log of the commitment) and `seed`.

**Result**: views `sharing.draw…`, for everybody who may read the rulebook's grades; `docs/double_random.md` says how
to repeat a draw.

**Re-run**: at any time. A period has one draw, and a draw is made once; another needs a visible cancellation.
""",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["supervision", "inspection"],
    params={
        "mode": Param("commit", type="string", enum=["commit", "run"], title="步骤", description="commit or run"),
        "item": Param(None, type=["null", "string"], title="监管事项", description="of the supervision list"),
        "period": Param(
            None, type=["null", "string"], pattern=r"^\d{4}-\d{2}$", title="周期起始月", description="YYYY-MM"
        ),
        "commitment": Param(
            None, type=["null", "string"], pattern="^[0-9a-f]{64}$", title="种子的哈希", description="SHA-256"
        ),
        "draw": Param(None, type=["null", "string"], title="抽取编号", description="to run: number of the draw"),
        "seed": Param(None, type=["null", "string"], title="种子", description="to run: what was committed to"),
    },
    default_args=WAREHOUSE_TASK,
):
    DrawOperator(
        task_id="draw",
        task_display_name="双随机抽查",
        doc_md="Commits to a draw, or draws subjects and inspectors with the seed that was committed to.",
    )
