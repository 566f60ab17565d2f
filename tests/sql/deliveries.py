"""Files put in a department's folder and received as its feed declares, with what the records come to."""

from dataclasses import replace
from pathlib import Path

import psycopg

from credit_grading.department.model import Delivery, Feed
from credit_grading.landing.problem import FeedOutcome
from credit_grading.landing.receive import receive_feed
from credit_grading.transform.dbt import run_dbt
from tests.sql.landed import rows_of
from tests.unit.landing_support import HEADER, csv_text, department, no_connection, penalty, write

WIDE = [*HEADER, "操作类型", "变更序号"]
SNAPSHOT = Delivery("snapshot", maximum_disappeared_percent=100)
APPEND = Delivery(sequence="变更序号")
CHANGES = Delivery("changes", operation="操作类型", written=("新增",), deleted=("删除",), sequence="变更序号")
CONTRACTS = ("administrative_penalty", "tax_credit_grade")


def receive(
    connection: psycopg.Connection,
    department_id: str,
    delivery: Delivery,
    *,
    feed_id: str = "feed",
    contract_id: str = "administrative_penalty",
) -> FeedOutcome:
    """Receive whatever lies in feeds://<department>/<feed>/."""
    source = {"kind": "csv", "location": f"feeds://{department_id}/{feed_id}/*.csv"}
    feed = Feed(feed_id, contract_id, "数据", source, delivery=delivery)
    return receive_feed(
        connection, replace(department(feed), id=department_id), feed, open_connection=no_connection
    )  # fmt: skip


def put(folder: Path, name: str, rows: list[list[str]], header: list[str] = WIDE) -> None:
    """Write one file of a feed's folder."""
    write(folder, name, csv_text(rows, header))


def row(number: int, word: str = "新增", sequence: object = 1, **changes: str) -> list[str]:
    """A penalty with its operation and its place in the order."""
    return [*penalty(number, **changes), word, str(sequence)]


def versions_built() -> None:
    """The typed tables of both contracts, from what is staged."""
    run_dbt("run", "--select", *(f"public_credit__{contract_id}" for contract_id in CONTRACTS))


def number_of(column: str = "decision_number") -> str:
    """The number that `row` was given, as SQL."""
    return f"substring({column} from '第(.*)号')::integer"


def current_penalties(connection: psycopg.Connection) -> dict[str, dict[int, str]]:
    """Department → number of each current record → its content."""
    found: dict[str, dict[int, str]] = {}
    query = (
        f"select department_id, {number_of()}, penalty_kind from thematic_public_credit.administrative_penalty"
        " where known_until is null"
    )
    for department_id, number, content in rows_of(connection, query):
        assert number not in found.setdefault(department_id, {}), "one record is current twice"
        found[department_id][number] = content
    return found
