"""A supplier as procurement asks for it: register, grades, what they mean, violations, contracts, exclusions."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.publication.publish import publish
from credit_grading.sharing.roles import sync_roles
from tests.sharing.releases import Department, Grade, set_candidates, verified_run
from tests.sharing.sectors import add
from tests.sharing.test_roles import log_in

AS_OF = date(2026, 6, 30)
READERS = {"treasury": ["procurement_supplier"], "everything": ["all"], "bidding_office": ["bidding_participant"]}
RULES = """
insert into candidate.rulebook
select 'procurement_supplier', rulebook_version, kind, '政府采购供应商信用评价', title_en, authority_zh, legal_basis,
    in_force_from, in_force_until, start_score, lowest_score, highest_score, minimum_known_percent, rule_text
from candidate.rulebook where rulebook_id = 'public_credit';
insert into candidate.measure
values ('procurement_supplier', 'D', 1, 'D', '采购项目逐一核查', 'Every procurement is checked', 100, 4, null);
insert into candidate.scenario_effect
values ('procurement_supplier', 'public_resource_trading', 'D', 1, 'D', 'bid_points', -3, '综合评分法减3分', 'x', null),
    ('procurement_supplier', 'public_resource_trading', 'D', 2, 'D', 'price_markup_percent', 2, '加价2%', 'x', null),
    ('procurement_supplier', 'approval', 'D', 1, 'D', 'stricter_review', null, '从严', 'x', null),
    ('procurement_supplier', 'public_resource_trading', 'E', 1, 'E', 'exclusion', null, '依法禁止参加', 'x', null);
"""


@pytest.fixture
def market(warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    grades = [
        Grade("procurement_supplier", "S1", Decimal(65), "D"), Grade("public_credit", "S1", Decimal(81)),
        Grade("procurement_supplier", "S2", Decimal(30), "E"),
    ]  # fmt: skip
    set_candidates(warehouse, AS_OF, grades)
    warehouse.execute(RULES.encode())
    add(
        warehouse, "procurement_supplier",
        {"contracts_signed": 4, "contract_amount": Decimal("120.50"), "contracts_assessed": 3, "contracts_on_time": 2},
        # full-width letters and brackets, as people type them
        {"subject_key": "S2", "supplier_name": "华星（重庆）Ａ公司"},
        {"subject_key": "S3", "supplier_name": "华星贸易", "left_on": date(2026, 1, 1)},
    )  # fmt: skip
    add(
        warehouse,
        "procurement_violation",
        {"record_key": "v1", "ban_from": date(2026, 2, 1), "ban_until": date(2027, 2, 1)},
        {"record_key": "v2", "severity": "ordinary", "penalised_on": date(2026, 5, 1)},
        {"record_key": "v3", "subject_key": "S9"},
    )
    publish(warehouse, verified_run(warehouse, AS_OF))
    sync_roles(warehouse, [Department(name, reads) for name, reads in READERS.items()])
    yield warehouse
    for name in READERS:
        warehouse.execute(f"drop owned by department_{name}; drop role department_{name}".encode())


def ask(connection: psycopg.Connection[Any], sought: str) -> list[dict[str, Any]]:
    cursor = connection.execute("select * from sharing.supplier_query(%s) order by subject_key", (sought,))
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def test_a_supplier_is_found_by_code_and_by_part_of_its_name(market: psycopg.Connection[Any]) -> None:
    for sought, found in (
        ("S1", ["S1"]), (" S1 ", ["S1"]), ("华星", ["S2", "S3"]), ("华星(重庆)A", ["S2"]), ("S", []), ("", []),
        ("无此公司", []), ("%", []),
    ):  # fmt: skip
        assert [row["subject_key"] for row in ask(market, sought)] == found, sought


def test_the_answer_holds_grades_effects_violations_contracts_and_exclusions(market: psycopg.Connection[Any]) -> None:
    with log_in(market, "everything") as office:
        [answer] = ask(office, "S1")
    assert (answer["contracts_signed"], answer["contract_amount"]) == (4, Decimal("120.50"))
    assert (answer["contracts_assessed"], answer["contracts_on_time"], answer["complaints_upheld"]) == (3, 2, 0)
    assert [(grade["rulebook_id"], grade["grade"]) for grade in answer["grades"]] == [
        ("procurement_supplier", "D"), ("public_credit", "A"),
    ]  # fmt: skip
    assert [measure["measure_zh"] for measure in answer["measures"]] == ["采购项目逐一核查"]
    assert [(effect["effect"], effect["value"]) for effect in answer["procurement_effects"]] == [
        ("bid_points", -3), ("price_markup_percent", 2),
    ]  # fmt: skip
    assert [violation["record_key"] for violation in answer["violations"]] == ["v2", "v1"]
    assert [(ban["kind"], ban["excluded_until"]) for ban in answer["disqualifications"]] == [("ban", "2027-02-01")]
    [excluded] = ask(market, "S2")
    assert [(ban["kind"], ban["excluded_from"]) for ban in excluded["disqualifications"]] == [("grade", "2026-06-30")]
    assert excluded["violations"] == []


def test_each_department_is_answered_with_what_it_may_read(market: psycopg.Connection[Any]) -> None:
    with log_in(market, "treasury") as office:
        [answer] = ask(office, "S1")
        assert [grade["rulebook_id"] for grade in answer["grades"]] == ["procurement_supplier"]
        assert len(answer["violations"]) == 2
    with log_in(market, "bidding_office") as office:
        assert ask(office, "S1") == ask(office, "华星") == []
