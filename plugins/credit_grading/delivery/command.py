"""``credit-grading deliver``: bring departments what they lack, or one of them once more."""

import argparse
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg

OpenWarehouse = Callable[[], AbstractContextManager[psycopg.Connection]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser of ``deliver``."""
    parser.add_argument("--department", help="部门 id of the department (default: all)")
    parser.add_argument("--delivery", help="推送 id of the delivery (default: all)")
    parser.add_argument("--again", action="store_true", help="重新推送 deliver once more what was delivered")


def run(options: argparse.Namespace, open_warehouse: OpenWarehouse) -> int:
    """Deliver, each apart from the others; returns how many did not succeed.

    Connections are Airflow's: a delivery that has one needs ``AIRFLOW_CONN_<ID>`` in the environment.
    """
    from credit_grading.delivery.declared import declared
    from credit_grading.delivery.deliver import deliver
    from credit_grading.delivery.model import DeliveryFailed
    from credit_grading.hooks.source import open_connection
    from credit_grading.operators.departments import readable_departments

    chosen = declared(readable_departments(), options.department, options.delivery)
    failed = 0
    # deliveries open connections of their own: this one has prepared the warehouse, and keeps it running
    with open_warehouse():
        for department_id, delivery in chosen:
            name = f"{department_id}/{delivery.id}"
            try:
                attempts = deliver(department_id, delivery, open_connection=open_connection, again=options.again)
            except Exception as problem:  # whatever one receiver does, the others get theirs
                failed += 1
                told = problem if isinstance(problem, DeliveryFailed) else f"{type(problem).__name__} (unexpected)"
                print(f"✗ {name}: {told}", file=sys.stderr)
                continue
            print(f"{name}: {'' if attempts else '没有新的发布 nothing new to deliver'}")
            for attempt in attempts:
                print(f"  发布 publication {attempt.publication_id}: {attempt.outcome}, {attempt.rows} 行 rows")
    return failed
