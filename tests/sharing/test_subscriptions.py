"""A subscription opens and closes by the city's day, and shows the subjects of its divisions: with real logins."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.department.model import Subscription
from credit_grading.publication.publish import publish
from credit_grading.sharing.roles import sync_roles
from credit_grading.warehouse.prepare import prepare
from tests.sharing.releases import Department, Grade, set_candidates, verified_run
from tests.sharing.repaired import MARKS
from tests.sharing.test_roles import log_in, rows

OFFICE = "subscribing_office"
JUNE = date(2025, 6, 1)
BEHIND = (
    "contribution", "limit_hit", "crosswalk_level", "single_change", "grade_explained", "grade_data_age", "publicity",
    "objection", "grade_correction",
)  # fmt: skip
# division of each subject; S4 is not registered in any
DIVISIONS = {"S0": "500101", "S1": "500101", "S2": "500112", "S3": "500112", "S4": None}


@pytest.fixture(scope="module")
def released(module_warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """Two rulebooks with the same five subjects in two divisions."""
    owner = module_warehouse
    grades = [Grade(rulebook, subject, Decimal(70)) for rulebook in ("public_credit", "bidding_participant")
              for subject in DIVISIONS]  # fmt: skip
    set_candidates(owner, JUNE, grades)
    for subject, division in DIVISIONS.items():
        owner.execute("update candidate.grade set division_code = %s where subject_key = %s", (division, subject))
    owner.execute(
        "insert into candidate.limit_hit"
        " select rulebook_id, subject_key, facet, 'dishonest', null, '[]' from candidate.grade;"
        "insert into candidate.crosswalk_level"
        " select rulebook_id, subject_key, facet, 'M', '[]' from candidate.grade;"
        "insert into candidate.single_change (rulebook_id, subject_key, facet, direction, kind, grade)"
        " select rulebook_id, subject_key, facet, 'down', 'record_added', 'D' from candidate.grade"
    )
    publish(owner, verified_run(owner, JUNE))
    owner.execute(MARKS)
    yield owner
    owner.execute(f"drop owned by department_{OFFICE}; drop role department_{OFFICE}")


def today(owner: psycopg.Connection[Any]) -> date:
    [(day,)] = owner.execute("select (now() at time zone 'Asia/Shanghai')::date").fetchall()
    return day


def subscribe(owner: psycopg.Connection[Any], *granted: str | Subscription, office: str = OFFICE) -> None:
    sync_roles(owner, [Department(office, list(granted))])


def subscription(
    owner: psycopg.Connection[Any], rulebook: str, first: int, last: int, *divisions: str, purpose: str = "示范用途"
) -> Subscription:
    day = today(owner)
    return Subscription(
        rulebook, purpose, "示例依据", day + timedelta(days=first), day + timedelta(days=last), divisions
    )


def seen(owner: psycopg.Connection[Any], office: str = OFFICE) -> set[tuple[str, str]]:
    with log_in(owner, office) as department:
        return set(department.execute("select rulebook_id, subject_key from sharing.grade").fetchall())


@pytest.mark.parametrize(
    ("first", "last", "is_open"),
    [(-9, -1, False), (-9, 0, True), (-9, 1, True), (0, 0, True), (0, 9, True), (1, 9, False)],
)
def test_a_subscription_is_open_on_its_days_and_on_no_other(
    released: psycopg.Connection[Any], first: int, last: int, is_open: bool
) -> None:
    subscribe(released, subscription(released, "public_credit", first, last))
    assert seen(released) == ({("public_credit", subject) for subject in DIVISIONS} if is_open else set())
    with log_in(released, OFFICE) as department:
        for table in (*BEHIND, "grade_change", "condition_explained"):
            found = department.execute(f"select distinct rulebook_id from sharing.{table}").fetchall()
            assert found == ([("public_credit",)] if is_open else []), table
        # what it may read, or might, it is told all the same
        told = department.execute("select rulebook_id, purpose, legal_basis from sharing.entitlement").fetchall()
        assert told == [("public_credit", "示范用途", "示例依据")]


def test_only_the_day_makes_the_difference(released: psycopg.Connection[Any]) -> None:
    """The last day passes by: no job runs, no role is touched, nobody logs in anew."""
    subscribe(released, subscription(released, "public_credit", -5, 0))
    with log_in(released, OFFICE) as department:
        assert len(rows(department, "grade")) == 5
        # as much later as a day: the same as moving the table's days back
        released.execute("update sharing.entitlement set granted_until = granted_until - 1")
        assert rows(department, "grade") == rows(department, "grade_change") == []


def test_rights_add_up(released: psycopg.Connection[Any]) -> None:
    ended, running = (subscription(released, "public_credit", -9, last, purpose=str(last)) for last in (-1, 3))
    subscribe(released, "bidding_participant", ended)
    assert {rulebook for rulebook, _ in seen(released)} == {"bidding_participant"}
    subscribe(released, ended, running)
    assert {rulebook for rulebook, _ in seen(released)} == {"public_credit"}
    subscribe(released, subscription(released, "all", 0, 0))
    assert len(seen(released)) == 10
    subscribe(released, subscription(released, "all", -9, -1))
    assert seen(released) == set()


@pytest.mark.parametrize(
    ("rulebook", "divisions", "expected"),
    [
        ("public_credit", ["500112"], {("public_credit", "S2"), ("public_credit", "S3")}),
        ("public_credit", ["500101", "500112"], {("public_credit", f"S{n}") for n in range(4)}),
        ("public_credit", ["500103"], set()),
        ("all", ["500101"], {(r, s) for r in ("public_credit", "bidding_participant") for s in ("S0", "S1")}),
    ],
)
def test_a_subscription_shows_the_subjects_of_its_divisions(
    released: psycopg.Connection[Any], rulebook: str, divisions: list[str], expected: set[tuple[str, str]]
) -> None:
    subscribe(released, subscription(released, rulebook, 0, 0, *divisions))
    assert seen(released) == expected
    with log_in(released, OFFICE) as department:
        for table in (*BEHIND, "grade_change"):
            found = set(department.execute(f"select rulebook_id, subject_key from sharing.{table}").fetchall())
            assert found == expected, table
    subscribe(released, subscription(released, rulebook, -9, -1, *divisions))
    assert seen(released) == set()


def test_a_second_sync_writes_nothing_and_a_changed_file_only_what_changed(
    released: psycopg.Connection[Any],
) -> None:
    kept = subscription(released, "public_credit", -1, 5, "500101")
    subscribe(released, "bidding_participant", kept)
    state = "select ctid::text, xmin::text, t::text from sharing.entitlement as t order by t::text"
    before = released.execute(state).fetchall()
    assert len(before) == 2
    subscribe(released, "bidding_participant", kept, "bidding_participant")
    assert released.execute(state).fetchall() == before
    subscribe(released, kept, subscription(released, "public_credit", 6, 9, "500101"))
    after = released.execute(state).fetchall()
    assert len(after) == 2
    assert [row for row in before if "500101" in row[2]] == [row for row in after if row in before]


def test_whoever_reads_one_division_is_told_of_who_leaves_it(warehouse: psycopg.Connection[Any]) -> None:
    """A subject moves from one division to another, and one is not graded any more."""
    set_candidates(warehouse, JUNE, [Grade("public_credit", subject, Decimal(70)) for subject in ("S1", "S2", "S3")])
    publish(warehouse, verified_run(warehouse, JUNE))
    set_candidates(warehouse, JUNE, [Grade("public_credit", subject, Decimal(70)) for subject in ("S1", "S2")])
    warehouse.execute("update candidate.grade set division_code = '500112' where subject_key = 'S2'")
    publish(warehouse, verified_run(warehouse, JUNE))
    told = "select change, subject_key, previous_division_code, division_code from sharing.grade_change order by 1, 2"
    office = "office_of_a_division"
    try:
        subscribe(warehouse, subscription(warehouse, "public_credit", 0, 0, "500101"), office=office)
        with log_in(warehouse, office) as department:
            assert department.execute(told).fetchall() == [
                ("added", "S1", None, "500101"), ("added", "S2", None, "500101"), ("added", "S3", None, "500101"),
                ("changed", "S2", "500101", "500112"), ("removed", "S3", "500101", None),
            ]  # fmt: skip
        assert seen(warehouse, office) == {("public_credit", "S1")}
        subscribe(warehouse, subscription(warehouse, "public_credit", 0, 0, "500112"), office=office)
        with log_in(warehouse, office) as department:
            assert department.execute(told).fetchall() == [("changed", "S2", "500101", "500112")]
        assert seen(warehouse, office) == {("public_credit", "S2")}
    finally:
        warehouse.execute(f"drop owned by department_{office}; drop role department_{office}")


def test_a_warehouse_from_before_subscriptions_is_brought_up_to_date(warehouse: psycopg.Connection[Any]) -> None:
    office = "office_of_long_standing"
    warehouse.execute(
        "alter table sharing.grade_change drop column division_code cascade,"
        " drop column previous_division_code cascade;"
        "drop table sharing.entitlement cascade;"
        'create table sharing.entitlement (department_id text collate "C" not null,'
        ' rulebook_id text collate "C" not null, primary key (department_id, rulebook_id));'
        "insert into sharing.entitlement values ('office_of_long_standing', 'public_credit');"
        "create policy department_reads on sharing.grade for select using (rulebook_id in ("
        " select rulebook_id from sharing.entitlement where department_id = sharing.current_department()))"
    )
    policies = "select oid, polrelid::regclass::text from pg_policy order by 1"
    for _ in range(2):
        prepare(warehouse)
        made = warehouse.execute(policies).fetchall()
    prepare(warehouse)
    assert warehouse.execute(policies).fetchall() == made, "a policy of the same wording is left alone"
    assert len(made) >= 9
    set_candidates(warehouse, JUNE, [Grade("public_credit", "S1", Decimal(70))])
    publish(warehouse, verified_run(warehouse, JUNE))
    try:
        for last, expected in ((0, {("public_credit", "S1")}), (-1, set())):
            subscribe(warehouse, subscription(warehouse, "public_credit", -5, last, "500101"), office=office)
            assert seen(warehouse, office) == expected
    finally:
        warehouse.execute(f"drop owned by department_{office}; drop role department_{office}")
