"""The unit tests that stand beside the evaluation models run on a real Postgres."""

import psycopg

from tests.oracle.warehouse import create_records

AT_LEAST = 16


def test_every_dbt_unit_test_of_the_evaluation_passes(warehouse: psycopg.Connection) -> None:
    from credit_grading.transform.dbt import run_dbt

    create_records(warehouse)
    results = run_dbt("build", "--select", "path:models/evaluation")
    unit_tests = [result for result in results if result.kind == "unit_test"]
    assert len(unit_tests) >= AT_LEAST
    assert {result.status for result in unit_tests} == {"pass"}
