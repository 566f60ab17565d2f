"""The ledger's word on what a DAG run landed, checked against the rows themselves."""

from typing import Any

from psycopg import sql


class LedgerMismatch(RuntimeError):
    """A batch holds another number of rows than its ledger row says: it must not be announced."""


def verified_batches(connection: Any, department_id: str, feed_id: str, dag_run_id: str) -> dict[int, int]:
    """Batch id → rows, of the batches that this DAG run committed for the feed. Raises LedgerMismatch."""
    batches = connection.execute(
        "select batch_id, contract_id, row_count, source_name from landing.batch"
        " where department_id = %s and feed_id = %s and dag_run_id = %s order by batch_id",
        (department_id, feed_id, dag_run_id),
    ).fetchall()
    verified = {}
    for batch_id, contract_id, expected, source_name in batches:
        table = sql.Identifier("landing", contract_id)
        counted = connection.execute(
            sql.SQL("select count(*) from {} where batch_id = %s").format(table), (batch_id,)
        ).fetchone()[0]
        if counted != expected:
            raise LedgerMismatch(
                f"{department_id}/{feed_id}: batch {batch_id} ({source_name}) holds {counted} rows, the ledger says "
                f"{expected}; it is not announced"
            )
        verified[int(batch_id)] = int(expected)
    return verified
