"""Who reads the pool of review experts and decides its proposals: the finance department, and nobody else."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from credit_grading.sharing.roles import sync_roles
from credit_grading.supervision.expert_pool import propose
from tests.sharing.releases import Department
from tests.sharing.sectors import release
from tests.sharing.test_expert_pool import experts, reviews
from tests.sharing.test_roles import log_in

READERS = {"finance": ["procurement_expert"], "everything": ["all"], "trading_centre": ["procurement_expert"]}


@pytest.fixture
def pool(warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    sync_roles(warehouse, [Department(name, reads) for name, reads in READERS.items()])
    yield warehouse
    for name in READERS:
        warehouse.execute(f"drop owned by department_{name}; drop role department_{name}".encode())


def test_only_the_department_that_keeps_the_pool_reads_and_decides(pool: psycopg.Connection[Any]) -> None:
    [(today,)] = pool.execute("select calendar.city_day(now())").fetchall()
    release(
        pool, today, procurement_expert=experts("P:1"), expert_review=reviews("P:1", 1, score=50, reviewed_on=today),
        expert_violation=[{"points": 4, "occurred_on": today}],
    )  # fmt: skip
    propose(pool)
    insert = (
        "insert into sharing.expert_decision (proposal_id, decision, reason, decided_by)"
        " values (1, %s, %s, '采购监管科科长')"
    )
    tables = ("procurement_expert", "expert_review", "expert_violation", "expert_pool", "expert_proposal")
    # not even who may read every grade, or the experts' grades
    for name in ("everything", "trading_centre"):
        with log_in(pool, name) as stranger:
            for table in (*tables, "expert_decision", "expert_suspension"):
                assert stranger.execute(f"select count(*) from sharing.{table}").fetchone() == (0,), table
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                stranger.execute(insert, ("accepted", "x"))
    with log_in(pool, "finance") as finance:
        for table in tables:
            assert finance.execute(f"select count(*) from sharing.{table}").fetchone() == (1,), table
        assert finance.execute(
            "select person_name, reviews_two_years, mean_two_years, points_this_year, status from sharing.expert_pool"
        ).fetchall() == [("张*", 1, 50, 4, "listed")]
        for wrong in ("for_others", "no_reason", "twice"):
            with pytest.raises(psycopg.Error):
                if wrong == "for_others":
                    finance.execute("insert into sharing.expert_decision (department_id) values ('everything')")
                elif wrong == "no_reason":
                    finance.execute(insert, ("accepted", " "))
                else:
                    finance.execute(insert, ("accepted", "经核实"))
                    finance.execute(insert, ("refused", "改判"))
        for change in ("update sharing.expert_decision set reason = 'x'", "delete from sharing.expert_decision"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                finance.execute(change)
        assert finance.execute(
            "select department_id, decision, decided_by from sharing.expert_decision"
        ).fetchall() == [("finance", "accepted", "采购监管科科长")]
