"""One evaluation by the project itself, in a process of its own so that its memory can be measured.

Arguments: as-of date, moment of knowledge (with time zone). Prints, as one line of JSON, seconds, seconds per model
in the order dbt finished them, and peak memory. The project is parsed before the clock starts, as a scheduler keeps it.
"""

import json
import sys
import time
from datetime import date, datetime

from credit_grading.evaluation.run import follows_run, open_run, set_state
from credit_grading.transform.dbt import parse, run_dbt
from credit_grading.transform.layers import selection
from credit_grading.warehouse.connection import connect
from tests.bench.memory import peak_mib


def main() -> None:
    """Open a run, evaluate, close it as evaluated."""
    as_of, knowledge_at = date.fromisoformat(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    parse()
    started = time.perf_counter()
    with connect(autocommit=True) as connection:
        run_id = open_run(connection, as_of, knowledge_at=knowledge_at)
        # as the scheduler's task does it
        selected = selection("evaluation", with_seeds=False, with_rules=not follows_run(connection))
        results = run_dbt("build", *selected, "--exclude-resource-type", "unit_test")
        set_state(connection, run_id, "evaluated")
    seconds = time.perf_counter() - started
    nodes = [{"name": node.name, "kind": node.kind, "seconds": node.seconds, "rows": node.rows} for node in results]
    print(json.dumps({"seconds": {"total": seconds}, "nodes": nodes, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    main()
