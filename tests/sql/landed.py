"""Rows put into landing the way a feed would leave them, and dbt run over them."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from credit_grading.contract.load import load_contracts
from credit_grading.landing.tables import ensure_landing_tables
from credit_grading.transform.dbt import NodeResult, run_dbt
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres

VALID_CODE = "914403001922038216"
OTHER_CODE = "9150000020286320X6"
# published with a check digit that does not fit
INVALID_CODE = "91320100250571846X"


@contextmanager
def own_warehouse(cluster: EmbeddedPostgres, template: str, name: str) -> Iterator[psycopg.Connection]:
    """A prepared database for the tests of one module, as an autocommit connection; meanwhile dbt is pointed at it."""
    cluster.create_database(name, template=template)
    url = cluster.url(name)
    with pytest.MonkeyPatch.context() as patch, psycopg.connect(url, autocommit=True) as connection:
        patch.setenv(VARIABLE, url)
        yield connection


def land(
    connection: psycopg.Connection,
    contract_id: str,
    rows: Sequence[dict[str, str | None]],
    *,
    department_id: str = "market_regulation",
    feed_id: str = "feed",
    known_from: str | None = None,
) -> int:
    """Land one batch of the contract and return its number. Missing columns are null."""
    ensure_landing_tables(connection, load_contracts())
    content = hashlib.md5(json.dumps([list(rows), department_id, known_from], ensure_ascii=False).encode()).hexdigest()
    with connection.transaction():
        batch_id = connection.execute(
            "insert into landing.batch (contract_id, department_id, feed_id, window_key, content_hash, source_name,"
            " row_count, known_from) values (%s, %s, %s, (select 'w' || count(*) from landing.batch), %s, %s, %s,"
            " coalesce(%s::timestamptz, clock_timestamp())) returning batch_id",
            (contract_id, department_id, feed_id, content, f"{contract_id}.csv", len(rows), known_from),
        ).fetchone()[0]
        for number, row in enumerate(rows, start=1):
            values: dict[str, Any] = dict(row)
            values["row_hash"] = hashlib.md5(json.dumps(row, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
            values |= {"batch_id": batch_id, "row_number": number}
            connection.execute(
                sql.SQL("insert into {} ({}) values ({})").format(
                    sql.Identifier("landing", contract_id),
                    sql.SQL(", ").join(map(sql.Identifier, values)),
                    sql.SQL(", ").join(sql.Placeholder() * len(values)),
                ),
                list(values.values()),
            )
    return int(batch_id)


def land_list(connection: psycopg.Connection, contract_id: str, rows: Sequence[dict[str, str | None]], day: str) -> int:
    """Land one batch as a complete list, which reached us on that day; returns its number."""
    batch_id = land(connection, contract_id, rows, feed_id="list", known_from=day)
    connection.execute("update landing.batch set delivery_kind = 'snapshot' where batch_id = %s", (batch_id,))
    connection.execute(
        "insert into landing.snapshot (snapshot_id, contract_id, department_id, feed_id, list_name, batch_ids,"
        " is_older, records_before, records, inserted, changed, disappeared, known_from)"
        " select batch_id, contract_id, department_id, feed_id, window_key, array[batch_id], false, 0, row_count,"
        " row_count, 0, 0, known_from from landing.batch where batch_id = %s",
        (batch_id,),
    )
    return batch_id


def prepare_seeds(connection: psycopg.Connection) -> None:
    """Everything staging needs before its first run."""
    ensure_landing_tables(connection, load_contracts())
    run_dbt("seed")


def stage(*contract_ids: str, full_refresh: bool = False) -> list[NodeResult]:
    """Run the staging models of these contracts (default: all), without tests."""
    selected = contract_ids or ("path:models/staging",)
    return run_dbt("run", "--select", *selected, *(["--full-refresh"] if full_refresh else []))


def build_thematic() -> list[NodeResult]:
    """Build staging and thematic models."""
    return run_dbt("run", "--select", "path:models/staging", "path:models/thematic")


def rows_of(connection: psycopg.Connection, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return connection.execute(query.encode(), parameters).fetchall()


def reasons_of(connection: psycopg.Connection, contract_id: str) -> dict[int, list[tuple[str, str | None, str | None]]]:
    """Reasons of each quarantined row, by row number, as (code, column, value)."""
    found = rows_of(
        connection, "select row_number, reasons from quarantine.rejected_row where contract_id = %s", contract_id
    )
    return {number: [(r["code"], r["column"], r["value"]) for r in reasons] for number, reasons in found}
