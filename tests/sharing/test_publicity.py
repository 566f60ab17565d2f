"""Publicity of records by the rule of their day, objections as marks, and what a department sees of them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.publication.difference import Difference
from credit_grading.supervision.mark_records import mark_records
from credit_grading.warehouse.prepare import prepare
from tests.sharing.releases import Grade, snapshot
from tests.sharing.repaired import TABLES, add, record, release

NEW_RULE = date(2026, 4, 1)
PENALTY = "administrative_penalty"
GRADES = [
    Grade(rulebook, f"S{n}", Decimal(60)) for rulebook in ("public_credit", "bidding_participant") for n in (1, 2)
]


def period(
    connection: psycopg.Connection[Any], day: date, severity: str = "ordinary", *,
    item: str = PENALTY, department: str = "emergency_management", matter: str | None = None,
) -> tuple[Any, ...] | None:  # fmt: skip
    return connection.execute(
        "select rule_id, early_end, earliest_repair_on, automatic_end_on"
        " from supervision.publicity_period(%s, %s, %s, %s, %s)",
        (item, department, severity, matter, day),
    ).fetchone()


@pytest.mark.parametrize(
    ("severity", "before", "after"),
    [
        # 信用修复管理办法: 3 months at most, 3 months to 1 year, 1 to 3 years; 发改委令第58号: 3 months to 3 years
        ("minor", ("2026-06-30", "2029-03-31"), ("2026-04-01", "2026-07-01")),
        ("ordinary", ("2026-06-30", "2029-03-31"), ("2026-07-01", "2027-04-01")),
        ("serious", ("2026-06-30", "2029-03-31"), ("2027-04-01", "2029-04-01")),
    ],
)
def test_the_rule_of_april_2026_applies_to_documents_of_that_day_on(
    warehouse: psycopg.Connection[Any], severity: str, before: tuple[str, str], after: tuple[str, str]
) -> None:
    for day, rule, (earliest, end) in (
        (NEW_RULE - timedelta(days=1), "decree_58", before),
        (NEW_RULE, f"measures_2026_{severity}", after),
    ):
        expected = (rule, "after_minimum", date.fromisoformat(earliest), date.fromisoformat(end))
        assert period(warehouse, day, severity) == expected


@pytest.mark.parametrize(
    ("day", "earliest"),
    [
        ("2026-11-30", "2027-02-28"),
        ("2027-11-30", "2028-02-29"),
        ("2026-05-31", "2026-08-31"),
        ("2026-08-31", "2026-11-30"),
    ],
)
def test_months_are_calendar_months(warehouse: psycopg.Connection[Any], day: str, earliest: str) -> None:
    found = period(warehouse, date.fromisoformat(day))
    assert found is not None
    assert found[2] == date.fromisoformat(earliest)


def test_special_fields_departments_and_exclusions(warehouse: psycopg.Connection[Any]) -> None:
    day, market = date(2025, 1, 1), "market_regulation"
    food = period(warehouse, day, matter="food_drug_special_equipment")
    assert food == ("decree_58_food_drug_special_equipment", "after_minimum", date(2026, 1, 1), date(2028, 1, 1))
    # a rule for the department goes before one for all
    assert period(warehouse, day, department=market) == (
        "decree_45_ordinary", "after_minimum", date(2025, 7, 1), date(2028, 1, 1),
    )  # fmt: skip
    # 停产停业, 吊销 and the like are never stopped early, whatever the field
    for matter in (None, "food_drug_special_equipment"):
        assert period(warehouse, day, "serious", department=market, matter=matter) == (
            "decree_45_serious", "never", None, date(2028, 1, 1),
        )  # fmt: skip
    assert period(warehouse, day, item="serious_dishonesty") == ("serious_dishonesty_list", "by_decision", None, None)
    assert period(warehouse, date(2010, 1, 1)) is None
    assert period(warehouse, day, item="honour") is None


def test_every_rule_names_its_source_and_documents_of_each_day_have_one(warehouse: psycopg.Connection[Any]) -> None:
    sources = [source for (source,) in warehouse.execute("select source from supervision.publicity_rule")]
    assert len(sources) > 10
    assert all("〕" in source or "令第" in source or "办法" in source or "条例" in source or "本项目假设" in source
               for source in sources)  # fmt: skip
    for severity in ("minor", "ordinary", "serious"):
        for day in range(0, 8 * 365, 7):
            assert period(warehouse, date(2019, 7, 1) + timedelta(days=day), severity), (severity, day)


def test_the_file_is_what_counts_and_a_second_load_writes_nothing(warehouse: psycopg.Connection[Any]) -> None:
    rows = "select xmin::text, rule_id from supervision.publicity_rule order by 2"
    before = warehouse.execute(rows).fetchall()
    prepare(warehouse)
    assert warehouse.execute(rows).fetchall() == before
    warehouse.execute("update supervision.publicity_rule set maximum_months = 99 where rule_id = 'decree_58'")
    warehouse.execute("delete from supervision.publicity_rule where rule_id = 'measures_2026_minor'")
    prepare(warehouse)
    assert warehouse.execute(
        "select rule_id, maximum_months from supervision.publicity_rule"
        " where rule_id in ('decree_58', 'measures_2026_minor') order by 1"
    ).fetchall() == [("decree_58", 36), ("measures_2026_minor", 3)]


@pytest.fixture
def world(warehouse: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Two subjects in two rulebooks: S1 with a food penalty and an honour, S2 with a listing."""
    warehouse.execute(TABLES)
    records = (
        ("food", PENALTY, "ordinary", date(2025, 1, 31)),
        ("good", "honour", "", date(2025, 1, 1)),
        ("list", "serious_dishonesty", "serious", date(2025, 2, 1)),
        ("unused", PENALTY, "ordinary", date(2025, 1, 1)),
    )
    for key, item, severity, day in records:
        add(
            warehouse, "thematic.credit_record", record_key=key, catalogue_item_id=item, severity=severity,
            occurred_on=day, department_id="emergency_management", case_id=f"文〔{key}〕",
        )  # fmt: skip
    add(warehouse, "thematic_public_credit.administrative_penalty", record_key="food", penalty_basis="食品安全法")
    release(warehouse, date(2025, 6, 1), GRADES, {"S1": [record("food"), record("good")], "S2": [record("list")]})
    return warehouse


def test_records_behind_grades_are_marked_and_only_they(world: psycopg.Connection[Any]) -> None:
    marked = mark_records(world)
    assert (marked.publicity.added, marked.objection.added) == (4, 0)
    assert world.execute(
        "select subject_key, record_key, document_number, rule_id, earliest_repair_on, automatic_end_on,"
        " is_under_objection from sharing.publicity where rulebook_id = 'public_credit' order by 1"
    ).fetchall() == [
        (
            "S1",
            "food",
            "文〔food〕",
            "decree_58_food_drug_special_equipment",
            date(2026, 1, 31),
            date(2028, 1, 31),
            False,
        ),
        ("S2", "list", "文〔list〕", "serious_dishonesty_list", None, None, False),
    ]


def test_an_objection_marks_and_changes_nothing_else(world: psycopg.Connection[Any]) -> None:
    mark_records(world)
    before = snapshot(world)
    add(
        world, "thematic_public_credit.objection", record_key="o1", disputed_record_key="food", objection_number="异1",
        document_number="文〔food〕", filed_on=date(2025, 6, 2), status="under_review",
    )  # fmt: skip
    # to a record that stands behind no grade
    add(
        world, "thematic_public_credit.objection", record_key="o2", disputed_record_key="unused",
        objection_number="异2", document_number="文", filed_on=date(2025, 6, 2), status="under_review",
    )  # fmt: skip
    marked = mark_records(world)
    assert marked.objection == Difference("objection", 2, 0, 0)
    assert marked.publicity == Difference("publicity", 0, 2, 0)
    after = snapshot(world)
    assert {table for table in after if after[table] != before[table]} == {"objection", "publicity"}
    marks = "select rulebook_id, subject_key, record_key, objection_number, is_open, outcome from sharing.objection"
    assert world.execute(marks + " order by 1").fetchall() == [
        ("bidding_participant", "S1", "food", "异1", True, None), ("public_credit", "S1", "food", "异1", True, None),
    ]  # fmt: skip
    # the answer closes it
    world.execute("update thematic_public_credit.objection set status = 'closed', outcome = 'dismissed'")
    assert mark_records(world).objection == Difference("objection", 0, 2, 0)
    assert world.execute("select distinct is_open, outcome from sharing.objection").fetchall() == [(False, "dismissed")]
    assert world.execute("select bool_or(is_under_objection) from sharing.publicity").fetchone() == (False,)


def test_a_second_run_writes_nothing_and_a_withdrawn_record_loses_its_row(world: psycopg.Connection[Any]) -> None:
    mark_records(world)
    before = world.execute("select xmin::text from sharing.publicity").fetchall()
    assert mark_records(world).publicity == Difference("publicity", 0, 0, 0)
    assert world.execute("select xmin::text from sharing.publicity").fetchall() == before
    world.execute("update thematic.credit_record set withdrawn_on = '2025-06-02' where record_key = 'food'")
    world.execute("update thematic.credit_record set repaired_on = '2025-06-03' where record_key = 'list'")
    assert mark_records(world).publicity == Difference("publicity", 0, 2, 2)
    left = "select record_key, repaired_on from sharing.publicity"
    assert world.execute(left).fetchall() == [("list", date(2025, 6, 3))] * 2
