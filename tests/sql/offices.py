"""Departments of the tests' own that deliver files, and what became of their rows."""

import csv
from pathlib import Path
from typing import Any

import psycopg

from credit_grading.department.model import Assertions, Department, Feed
from credit_grading.landing.receive import receive_feed
from credit_grading.quarantine.export import export_feed
from tests.sql.landed import rows_of, stage
from tests.unit.landing_support import csv_text, no_connection


def office(name: str, kind: str = "csv", contract: str = "administrative_penalty", **source: Any) -> Department:
    feed = Feed(
        id="penalties", contract_id=contract, title_zh="行政处罚", assertions=Assertions(minimum_rows=3),
        source={"kind": kind, "location": f"feeds://{name}/*.{kind}", **source},
    )  # fmt: skip
    return Department(
        id=name, title_zh="某局", title_en="Office", owner="data", maintainers=[], legal_basis=[], batch="improve",
        schedule=None, reads=[], feeds=[feed],
    )  # fmt: skip


def receive(city: psycopg.Connection[Any], department: Department) -> list[int]:
    outcome = receive_feed(city, department, department.feeds[0], open_connection=no_connection)
    assert outcome.outcome == "loaded"
    stage(department.feeds[0].contract_id)
    return outcome.batches


def states(city: psycopg.Connection[Any], department: Department) -> dict[str, str]:
    return dict(
        rows_of(city, "select reference, state from quarantine.row_state where department_id = %s", department.id)
    )


def accepted(city: psycopg.Connection[Any], department: Department) -> list[tuple[Any, ...]]:
    return rows_of(
        city, "select decision_number, penalised_credit_code, fine_amount from staging.administrative_penalty"
        " where department_id = %s order by decision_number, batch_id, row_number", department.id,
    )  # fmt: skip


def exported(
    city: psycopg.Connection[Any], department: Department, feed: Feed, path: Path, kind: str | None = None
) -> int:
    """Rows handed out in one file, or none."""
    files = export_feed(city, department, feed, path, kind)
    assert set(files) <= {path}
    return files.get(path, 0)


def corrected_csv(file: Path, changes: dict[int, dict[str, str]]) -> str:
    """The exported file, as somebody saves it who typed into some cells."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for number, change in changes.items():
        rows[number] |= change
    return csv_text([list(row.values()) for row in rows], list(rows[0]))
