"""Who sees which warning, and who may say what about it: with real logins."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.department.model import Subscription
from credit_grading.sharing.roles import sync_roles
from tests.sharing.releases import DEPARTMENTS, Department, Grade, departments
from tests.sharing.test_roles import log_in
from tests.sharing.warned import BOOK, judge, record, release, rule

Warehouse = psycopg.Connection[Any]


@pytest.fixture
def warned(warehouse: Warehouse) -> Iterator[Warehouse]:
    """A drop in each of two rulebooks, and a listing whose record came from department `weather`, which reads none."""
    rule(warehouse, "grade_drop", rulebook="all", levels_at_least=1, months=3)
    rule(warehouse, "serious_listing", limit="dishonest")
    books = (BOOK, "bidding_participant")
    release(warehouse, "2025-06-01", [Grade(book, "S", Decimal(70), "A") for book in books])
    release(
        warehouse, "2025-06-02", [Grade(book, "S", Decimal(70), "B") for book in books],
        hit={"S": [record("w", "2025-06-02", department_id="weather")]},
    )  # fmt: skip
    assert judge(warehouse).open == 3
    sync_roles(warehouse, departments())
    yield warehouse
    for department_id in DEPARTMENTS:
        warehouse.execute(f"drop owned by department_{department_id}; drop role department_{department_id}")


def seen(department: Warehouse) -> list[tuple[str, str]]:
    return department.execute("select rule_id, rulebook_id from sharing.warning order by 1, 2").fetchall()


def test_whoever_reads_the_grade_reads_its_warnings_and_everybody_those_of_its_own_records(warned: Warehouse) -> None:
    drops = [("grade_drop", "bidding_participant"), ("grade_drop", BOOK)]
    listing = ("serious_listing", BOOK)
    expected = {
        "market_regulation": [drops[1], listing],
        "finance": [drops[0]],
        "development_and_reform": [*drops, listing],
        "weather": [listing],
    }
    for department_id, warnings in expected.items():
        with log_in(warned, department_id) as department:
            assert seen(department) == warnings, department_id
            assert department.execute("select count(*) from sharing.warning_event").fetchone() == (len(warnings),)
    # what is taken away from the grades is taken away here
    warned.execute("delete from sharing.entitlement where department_id = 'finance'")
    with log_in(warned, "finance") as finance:
        assert seen(finance) == []


def test_whoever_read_that_a_warning_was_raised_reads_that_it_ended(warned: Warehouse) -> None:
    """Also of a subject that is no longer graded, or whoever follows the ledger would keep it for ever."""
    release(warned, "2025-06-03", [Grade("bidding_participant", "T", Decimal(70), "A")])
    assert judge(warned).open == 0
    ended = "select rule_id, rulebook_id, cause from sharing.warning where not is_open order by 1, 2"
    with log_in(warned, "finance") as finance, log_in(warned, "market_regulation") as market:
        assert finance.execute(ended).fetchall() == [("grade_drop", "bidding_participant", "no_longer_graded")]
        assert market.execute(ended).fetchall() == [
            ("grade_drop", BOOK, "no_longer_graded"), ("serious_listing", BOOK, "no_longer_graded"),
        ]  # fmt: skip


def test_of_a_subject_that_left_its_divisions_a_department_reads_no_warning(warned: Warehouse) -> None:
    district = Subscription(BOOK, "属地监管", "示例条例第一条", date.min, date.max, ("500101",))
    sync_roles(warned, [*departments()[:3], Department("weather", [district])])
    with log_in(warned, "weather") as weather:
        assert seen(weather) == [("grade_drop", BOOK), ("serious_listing", BOOK)]
        release(
            warned, "2025-06-03", [Grade(BOOK, "S", Decimal(70), "C")],
            also="update candidate.grade set division_code = '500102'",
        )  # fmt: skip
        judge(warned)
        # but the one about its own record
        assert seen(weather) == [("serious_listing", BOOK)]
        assert weather.execute("select * from sharing.effect_of('S')").fetchall() == []


def number_of(warned: Warehouse, rule_id: str, rulebook_id: str) -> int:
    [number] = warned.execute(
        "select warning_id from sharing.warning where rule_id = %s and rulebook_id = %s", (rule_id, rulebook_id)
    ).fetchone()
    return int(number)


def test_an_acknowledgement_is_the_departments_own(warned: Warehouse) -> None:
    warning = number_of(warned, "grade_drop", BOOK)
    acknowledge = "insert into sharing.warning_acknowledgement (warning_id, action_zh) values (%s, %s)"
    state = "select is_open, action_zh from sharing.warning where warning_id = %s"
    with log_in(warned, "market_regulation") as market, log_in(warned, "development_and_reform") as reform:
        market.execute(acknowledge, (warning, "已约谈"))
        market.execute(acknowledge, (warning, "已安排检查"))
        # the newest counts, the older one stays
        assert market.execute(state, (warning,)).fetchone() == (True, "已安排检查")
        assert market.execute("select count(*) from sharing.warning_acknowledgement").fetchone() == (2,)
        assert reform.execute(state, (warning,)).fetchone() == (True, None)
        assert reform.execute("select count(*) from sharing.warning_acknowledgement").fetchone() == (0,)
        reform.execute(acknowledge, (warning, "已知悉"))
        assert market.execute(state, (warning,)).fetchone() == (True, "已安排检查")
    assert warned.execute(
        "select department_id, action_zh from sharing.warning_acknowledgement order by acknowledgement_id"
    ).fetchall() == [
        ("market_regulation", "已约谈"),
        ("market_regulation", "已安排检查"),
        ("development_and_reform", "已知悉"),
    ]
    # an acknowledged warning goes on holding, and is not raised again
    assert judge(warned).raised == 0


@pytest.mark.parametrize("action", ["", "  ", None, "x" * 2001])
def test_an_acknowledgement_says_something(warned: Warehouse, action: str | None) -> None:
    warning = number_of(warned, "grade_drop", BOOK)
    with (
        log_in(warned, "market_regulation") as market,
        pytest.raises(psycopg.errors.CheckViolation, match="请写明处理情况"),
    ):
        market.execute(
            "insert into sharing.warning_acknowledgement (warning_id, action_zh) values (%s, %s)", (warning, action)
        )


def test_what_a_department_does_not_see_it_cannot_acknowledge(warned: Warehouse) -> None:
    hidden = number_of(warned, "grade_drop", BOOK)
    with log_in(warned, "finance") as finance:
        for number in (hidden, 999):
            with pytest.raises(
                psycopg.errors.ForeignKeyViolation, match=f"没有编号为 {number} 的预警，或本部门无权查看"
            ):
                finance.execute(
                    "insert into sharing.warning_acknowledgement (warning_id, action_zh) values (%s, '已知悉')",
                    (number,),
                )
        own = number_of(warned, "grade_drop", "bidding_participant")
        for statement in (
            f"insert into sharing.warning_acknowledgement (warning_id, department_id, action_zh)"
            f" values ({own}, 'market_regulation', 'x')",
            "update sharing.warning_acknowledgement set action_zh = 'x'",
            "delete from sharing.warning_acknowledgement",
            "update sharing.warning_event set message_zh = 'x'",
            "select * from supervision.open_warning",
            "select * from supervision.warning_run",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                finance.execute(statement)
    assert warned.execute("select count(*) from sharing.warning_acknowledgement").fetchone() == (0,)
