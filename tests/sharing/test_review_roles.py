"""Departments log in: each sees its own notices, writes its own answers, and gets back what it is entitled to."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from credit_grading.sharing.roles import sync_roles
from credit_grading.supervision.review import review
from tests.sharing.releases import Department
from tests.sharing.reviews import (
    CONSTRUCTION,
    DEPARTMENTS,
    FINANCE,
    HOUSING,
    MONDAY,
    PUBLIC,
    REFORM,
    SUPPLIER,
    answer,
    notice_of,
    release,
    rows,
)  # fmt: skip
from tests.sharing.test_roles import log_in

Warehouse = psycopg.Connection[Any]
OWN = "select subject_key, department_id, state from sharing.review_notice order by notice_id"


@pytest.fixture
def shared(warehouse: Warehouse) -> Iterator[Warehouse]:
    """S1: three grades, finance's in the middle apart from none but housing's; S2: only finance and reform."""
    release(
        warehouse,
        [
            ("S1", PUBLIC, "A"), ("S1", SUPPLIER, "B"), ("S1", CONSTRUCTION, "D"),
            ("S2", PUBLIC, "A"), ("S2", SUPPLIER, "E"),
        ],
    )  # fmt: skip
    review(warehouse, MONDAY)
    sync_roles(warehouse, [*DEPARTMENTS, Department("market_regulation", ["public_credit"])])
    yield warehouse
    for name in (*(department.id for department in DEPARTMENTS), "market_regulation"):
        warehouse.execute(f"drop owned by department_{name}; drop role department_{name}".encode())


@pytest.mark.parametrize(
    ("department_id", "subjects"),
    [(REFORM, ["S1", "S2"]), (FINANCE, ["S1", "S2"]), (HOUSING, ["S1"]), ("weather", []), ("market_regulation", [])],
)
def test_a_department_sees_its_own_notices_only(shared: Warehouse, department_id: str, subjects: list[str]) -> None:
    with log_in(shared, department_id) as department:
        assert rows(department, OWN) == [(subject, department_id, "waiting") for subject in subjects]


def test_a_notice_tells_the_other_sides_level_where_it_lies_apart_and_nothing_else(shared: Warehouse) -> None:
    with log_in(shared, FINANCE) as department:
        told = rows(department, "select own_grades, other_grades from sharing.review_notice where subject_key = 'S1'")
    ((own, other),) = told
    assert [(side["rulebook_id"], side["city_grade"], side["score"]) for side in own] == [(SUPPLIER, "B", 50)]
    # not entitled to read construction's grades; public credit's A is one level away and not told
    assert other == [{"rulebook_id": CONSTRUCTION, "department_id": HOUSING, "city_grade": "D"}]


def test_answers_are_written_under_ones_own_name_and_nobody_else_reads_them(shared: Warehouse) -> None:
    notice, foreign = notice_of(shared, FINANCE), notice_of(shared, HOUSING)
    insert = "insert into sharing.review_answer (notice_id, decision, reason, contact_title) values (%s, %s, %s, %s)"
    with log_in(shared, FINANCE) as department:
        department.execute(insert, (notice, "keep", "按财政部门办法评定", "采购监管处"))
        department.execute(insert, (foreign, "keep", "别人的通知", None))
        for column in ("department_id", "answered_at", "batch_id", "row_number"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                department.execute(f"insert into sharing.review_answer (notice_id, {column}) values (1, null)".encode())
        for statement in ("update sharing.review_answer set reason = 'x'", "delete from sharing.review_answer"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                department.execute(statement.encode())
        with pytest.raises(psycopg.errors.CheckViolation, match="without_identity_number"):
            department.execute(insert, (notice, "keep", "见 11010519491231002X", None))
        outcome = "select result, reason_code, advice_zh is not null from sharing.review_outcome order by answer_id"
        assert rows(department, outcome) == [("pending", None, False)] * 2
        review(shared, MONDAY)
        assert rows(department, outcome) == [("accepted", None, False), ("rejected", "not_own_notice", True)]
        assert rows(department, "select decision, state from sharing.review_notice where subject_key = 'S1'") == [
            ("keep", "kept")
        ]
    for department_id in (REFORM, HOUSING, "weather"):
        with log_in(shared, department_id) as other:
            for table in ("review_answer", "review_outcome"):
                assert rows(other, f"select * from sharing.{table}") == []
            assert rows(other, "select decision from sharing.review_notice where decision is not null") == []


def test_who_coordinates_is_told_of_what_is_overdue_but_not_of_the_answer(shared: Warehouse) -> None:
    answer(shared, FINANCE, notice_of(shared, FINANCE), "correct")
    ((after,),) = rows(shared, "select calendar.add_working_days(%s, 60)", MONDAY)
    review(shared, after)
    with log_in(shared, REFORM) as coordinator:
        assert rows(
            coordinator,
            "select department_id, decision, escalated_because from sharing.review_notice where subject_key = 'S1'"
            " order by department_id",
        ) == [
            (REFORM, None, ["answer_overdue"]), (FINANCE, None, ["correction_overdue"]),
            (HOUSING, None, ["answer_overdue"]),
        ]  # fmt: skip
    with log_in(shared, HOUSING) as department:
        assert rows(department, OWN) == [("S1", HOUSING, "waiting")]


def test_a_function_of_its_own_shows_a_department_no_foreign_notice(shared: Warehouse) -> None:
    seen: list[str] = []
    with log_in(shared, HOUSING) as department:
        department.add_notice_handler(lambda diagnostic: seen.append(diagnostic.message_primary or ""))
        department.execute(
            "create function pg_temp.peek(text) returns boolean language plpgsql cost 0.0000001"
            " as 'begin raise notice ''%'', $1; return true; end'"
        )
        for table in ("review_notice", "review_answer", "review_outcome", "industry_result"):
            department.execute(f"select * from sharing.{table} where pg_temp.peek(department_id)".encode())
    assert set(seen) == {HOUSING}
