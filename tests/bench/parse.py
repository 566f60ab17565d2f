"""How long the DAG folder takes to parse, once everything is imported: the whole of it, and file by file.

Airflow parses each file in a process of its own, again and again; the sum says what all of them cost one processor.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from credit_grading.department import load

HOME = Path(__file__).resolve().parents[2]
ROUNDS = 5


def median_seconds(work: Callable[[], Any]) -> float:
    """Median of a few rounds, each as a new process has it: no department file was read before."""
    seconds = []
    for _ in range(ROUNDS):
        load._examined.cache_clear()
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"AIRFLOW_HOME": home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "ERROR"
        from airflow.dag_processing.dagbag import DagBag

        departments = load.load_departments()
        feeds = sum(len(department.feeds) for department in departments)
        bag = DagBag(HOME / "dags")
        if bag.import_errors:
            sys.exit("\n".join(bag.import_errors.values()))
        print(f"{len(departments)} departments, {feeds} feeds, {len(bag.dags)} DAGs; median of {ROUNDS} rounds")
        print(f"  {'department files alone':<28}{median_seconds(load.load_departments):6.2f} s")
        for file in sorted((HOME / "dags").glob("*.py")):
            print(f"  {'dags/' + file.name:<28}{median_seconds(lambda file=file: DagBag(file)):6.2f} s")
        print(f"  {'the whole folder':<28}{median_seconds(lambda: DagBag(HOME / 'dags')):6.2f} s")


if __name__ == "__main__":
    main()
