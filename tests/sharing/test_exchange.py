"""What a department delivers comes back to the others as entitled: grades, warnings and inspection results."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from credit_grading.sharing.roles import sync_roles
from credit_grading.supervision.exchange import exchange
from tests.oracle.warehouse import create_records
from tests.sharing.releases import Department
from tests.sharing.reviews import PUBLIC, SUPPLIER, release, rows
from tests.sharing.test_roles import log_in

Warehouse = psycopg.Connection[Any]
JUNE = date(2026, 6, 1)
ENVIRONMENT, MARKET = "ecology_and_environment", "market_regulation"
DEPARTMENTS = {
    ENVIRONMENT: [], MARKET: [PUBLIC], "finance": [SUPPLIER],
    "development_and_reform": ["all"],
}  # fmt: skip
RECORD = """
insert into thematic.credit_record (
    record_id, record_key, catalogue_item_id, subject_key, reported_subject_key, facet, department_id, contract_id,
    behaviour_code, severity, occurred_on, effective_from, effective_until, points_declared, quantity, withdrawn_on,
    summary, known_from, batch_id, row_number
)
select
    number, number, %(item)s, 'S1', 'S1', '', %(department)s, 'industry_grade', %(level)s, '', %(day)s, %(day)s,
    %(until)s, %(score)s, 1, %(withdrawn)s, %(level)s, coalesce(%(known)s, '2020-01-01'::timestamptz), 1, 1
from (select (count(*) + 1)::text as number from thematic.credit_record) as next
"""
EXPECTED = [
    (ENVIRONMENT, "industry_grade", "environment", "绿", date(2026, 1, 2)),
    (ENVIRONMENT, "industry_warning", "water", "严重", date(2026, 1, 2)),
    (MARKET, "inspection_result", "", "failed", date(2026, 5, 2)),
]
FOUND = (
    "select department_id, catalogue_item_id, industry, level, occurred_on from sharing.industry_result"
    " order by 1, 2, 3"
)


def record(
    connection: Warehouse, item: str, department: str, level: str, day: str, *, until: str | None = None,
    score: int | None = None, withdrawn: str | None = None, known: datetime | None = None,
) -> None:  # fmt: skip
    """One record of the spine about S1; known for long, unless another moment is given."""
    connection.execute(
        RECORD.encode(),
        {"item": item, "department": department, "level": level, "day": day, "until": until, "score": score,
         "withdrawn": withdrawn, "known": known},
    )  # fmt: skip


@pytest.fixture
def shared(warehouse: Warehouse) -> Iterator[Warehouse]:
    create_records(warehouse)
    record(warehouse, "industry_grade", ENVIRONMENT, "environment:黄", "2025-01-02")
    record(warehouse, "industry_grade", ENVIRONMENT, "environment:绿", "2026-01-02", score=98)
    record(warehouse, "industry_grade", ENVIRONMENT, "environment:红", "2026-02-02", withdrawn="2026-03-01")
    record(warehouse, "industry_warning", ENVIRONMENT, "environment:一般", "2026-01-02", until="2026-05-01")
    record(warehouse, "industry_warning", ENVIRONMENT, "water:严重", "2026-01-02", until="2026-12-01")
    record(warehouse, "inspection_result", MARKET, "failed", "2026-05-02")
    record(warehouse, "inspection_result", MARKET, "passed", "2026-04-02")
    record(warehouse, "administrative_penalty", MARKET, "x", "2026-05-02")
    release(warehouse, [("S1", PUBLIC, "A"), ("S1", SUPPLIER, "B")], JUNE)
    sync_roles(warehouse, [Department(name, reads) for name, reads in DEPARTMENTS.items()])
    yield warehouse
    for name in DEPARTMENTS:
        warehouse.execute(f"drop owned by department_{name}; drop role department_{name}".encode())


def test_without_thematic_databases_nothing_is_done(warehouse: Warehouse) -> None:
    assert exchange(warehouse) == {"written": 0, "removed": 0}


def test_the_newest_results_of_the_release_come_back_as_entitled(shared: Warehouse) -> None:
    assert exchange(shared) == {"written": 3, "removed": 0}
    assert rows(shared, FOUND) == EXPECTED
    entitled = {
        "development_and_reform": EXPECTED, MARKET: EXPECTED,
        ENVIRONMENT: EXPECTED[:2], "finance": [],
    }  # fmt: skip
    for name, expected in entitled.items():
        with log_in(shared, name) as department:
            assert rows(department, FOUND) == expected, name


def test_a_second_exchange_writes_nothing_and_a_later_release_brings_what_became_known(shared: Warehouse) -> None:
    exchange(shared)
    assert exchange(shared) == {"written": 0, "removed": 0}
    # reached us after the release, perhaps in a run that the gate refused
    record(shared, "industry_grade", ENVIRONMENT, "environment:蓝", "2026-05-03", known=datetime.now(UTC))
    shared.execute("update thematic.credit_record set withdrawn_on = '2026-06-02' where catalogue_item_id like 'insp%'")
    assert exchange(shared) == {"written": 0, "removed": 0}
    release(shared, [("S1", PUBLIC, "A")], JUNE + timedelta(1))
    assert exchange(shared) == {"written": 1, "removed": 1}
    assert [level for _, _, _, level, _ in rows(shared, FOUND)] == ["蓝", "严重"]


def test_indicators_and_data_of_public_credit_go_to_whoever_may_read_its_grades(shared: Warehouse) -> None:
    asked = "select rulebook_id, indicator_id, status, contribution from sharing.indicator_value order by 1, 2"
    with log_in(shared, MARKET) as department:
        found = rows(department, asked)
        assert [(rulebook, indicator, status) for rulebook, indicator, status, _ in found] == [
            (PUBLIC, "honour", "clean"), (PUBLIC, "penalty", "hit"),
        ]  # fmt: skip
    with log_in(shared, ENVIRONMENT) as department:
        assert rows(department, asked) == []
