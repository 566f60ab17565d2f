"""What departments read of bidding: the ledger, the points of any day, and who is kept out."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import psycopg
import pytest

from credit_grading.department.model import Subscription
from credit_grading.publication.publish import publish
from credit_grading.sharing.roles import sync_roles
from tests.sharing.releases import Department, Grade, set_candidates, verified_run
from tests.sharing.sectors import add, release
from tests.sharing.test_roles import log_in

AS_OF = date(2026, 6, 30)
READERS = {"bidding_office": ["bidding_participant"], "everything": ["all"], "buyer": ["procurement_supplier"]}


@pytest.fixture
def offices(warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    sync_roles(warehouse, [Department(name, reads) for name, reads in READERS.items()])
    yield warehouse
    for name in READERS:
        warehouse.execute(f"drop owned by department_{name}; drop role department_{name}".encode())


def points(connection: psycopg.Connection[Any], day: date, subject: str = "S1") -> Decimal | None:
    row = connection.execute(
        "select points_counted from sharing.accumulated_points(%s, %s) where qualification is null", (subject, day)
    ).fetchone()
    return row and row[0]


def test_an_entry_counts_from_its_first_day_until_it_ends_is_repaired_or_withdrawn(
    warehouse: psycopg.Connection[Any],
) -> None:
    # 31 January plus one month, in a year without and with 29 February
    release(warehouse, AS_OF, bidding_bad_behaviour=[
        {"valid_from": date(2026, 1, 31), "valid_until": date(2026, 2, 28)},
        {"subject_key": "S2", "valid_from": date(2024, 1, 31), "valid_until": date(2024, 2, 29)},
        {"subject_key": "S3", "repaired_on": date(2026, 3, 1)},
        {"subject_key": "S4", "withdrawn_on": date(2026, 3, 1), "valid_until": date(2026, 4, 1)},
        # the same award twice: declared, but counted once
        {"subject_key": "S5"}, {"subject_key": "S5", "points_counted": 0},
        {"subject_key": "S6", "withdrawn_on": date(2026, 1, 1)},
    ])  # fmt: skip
    for subject, before, first, last, after in (
        ("S1", date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 27), date(2026, 2, 28)),
        ("S2", date(2024, 1, 30), date(2024, 1, 31), date(2024, 2, 28), date(2024, 2, 29)),
        ("S3", date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1)),
        ("S4", date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1)),
    ):
        days = [points(warehouse, day, subject) for day in (before, first, last, after)]
        assert days == [0, 5, 5, 0], subject
    assert warehouse.execute("select * from sharing.accumulated_points('S5', %s)", (AS_OF,)).fetchall() == [
        (None, 2, 10, 5), ("", 2, 10, 5),
    ]  # fmt: skip
    assert {points(warehouse, AS_OF + timedelta(days), "S6") for days in (-190, -180, 0, 999)} == {0}


@pytest.mark.parametrize("seed", range(3))
def test_the_total_of_every_day_is_that_of_plain_addition(warehouse: psycopg.Connection[Any], seed: int) -> None:
    random = Random(seed)
    start = date(2025, 1, 1)

    def some_day(chance: float) -> date | None:
        return start + timedelta(random.randrange(200)) if random.random() < chance else None

    entries = [
        {
            "subject_key": f"S{random.randrange(3)}", "qualification": random.choice(["", "施工", "设计"]),
            "points_declared": Decimal(random.randrange(1, 80)) / 4, "points_counted": Decimal(random.randrange(9)) / 4,
            "valid_from": some_day(1), "valid_until": some_day(0.7), "repaired_on": some_day(0.2),
            "withdrawn_on": some_day(0.2),
        }
        for _ in range(60)
    ]  # fmt: skip
    release(warehouse, AS_OF, bidding_bad_behaviour=entries)
    days = [start + timedelta(number) for number in range(-1, 202)]
    found = warehouse.execute(
        "select subject, day, total.qualification, entries, points_declared, points_counted"
        " from unnest(array['S0', 'S1', 'S2']) as subject, unnest(%s::date[]) as day,"
        " sharing.accumulated_points(subject, day) as total",
        (days,),
    ).fetchall()
    expected = set()
    for subject in ("S0", "S1", "S2"):
        for day in days:
            counting = [
                entry for entry in entries
                if entry["subject_key"] == subject and entry["valid_from"] <= day
                and not any(entry[end] and entry[end] <= day for end in ("valid_until", "repaired_on", "withdrawn_on"))
            ]  # fmt: skip
            for qualification in {None, *(entry["qualification"] for entry in counting)}:
                group = [entry for entry in counting if qualification in (None, entry["qualification"])]
                declared = sum((entry["points_declared"] for entry in group), Decimal(0))
                counted = sum((entry["points_counted"] for entry in group), Decimal(0))
                expected.add((subject, day, qualification, len(group), declared, counted))
    assert set(found) == expected
    assert len(found) == len(expected) > 609


def test_only_who_reads_bidding_grades_reads_the_ledger_and_nobody_is_told_zero(
    offices: psycopg.Connection[Any],
) -> None:
    release(offices, AS_OF, bidding_bad_behaviour=[{}])
    seen = {}
    for name in READERS:
        with log_in(offices, name) as office:
            ledger = office.execute("select count(*) from sharing.bidding_bad_behaviour").fetchone()
            seen[name] = (ledger, points(office, AS_OF))
    assert seen == {"bidding_office": ((1,), 5), "everything": ((1,), 5), "buyer": ((0,), None)}


def test_bans_limits_and_grades_say_who_is_kept_out_until_when(offices: psycopg.Connection[Any]) -> None:
    grades = [Grade("bidding_participant", "S1", Decimal(90)), Grade("bidding_participant", "S9", Decimal(20), "E")]
    release(offices, date(2026, 5, 1), grades)
    release(offices, AS_OF, grades)
    banned = {"ban_from": date(2026, 2, 1), "ban_until": date(2028, 2, 1)}
    rows = {
        "bidding_bad_behaviour": [
            {"record_key": "b1", **banned},
            {"record_key": "b2", "subject_key": "S2"},
            # without a first day of its own the ban begins with the act; withdrawn, it ends; never began, it is none
            {"record_key": "b3", "subject_key": "S3", "ban_until": date(2027, 1, 1), "withdrawn_on": date(2026, 3, 1)},
            {"record_key": "b4", "subject_key": "S4", **banned, "withdrawn_on": date(2026, 2, 1)},
            # repair ends the points, not the ban
            {"record_key": "b5", "subject_key": "S5", **banned, "repaired_on": date(2026, 3, 1)},
        ],
        "procurement_violation": [{"record_key": "v1", "subject_key": "S6", "ban_from": date(2026, 2, 1)}],
    }  # fmt: skip
    set_candidates(offices, AS_OF, grades)
    for table, entries in rows.items():
        add(offices, table, *entries)
    offices.execute(
        "insert into candidate.scenario_effect select 'bidding_participant', 'public_resource_trading', 'E', 1, 'E',"
        " 'exclusion', null, '依法限制参加投标', 'Excluded', null;"
        "insert into candidate.grade_limit select 'bidding_participant', 'lasting', rulebook_version, 'cap', 'D', 'x',"
        " 'Total', 30, null, null, 6, '分', '示例' from candidate.rulebook where rulebook_id = 'bidding_participant';"
        "insert into candidate.limit_hit values ('bidding_participant', 'S7', '', 'lasting', '2026-09-01',"
        " '[{\"record_key\": \"b7\"}]'), ('bidding_participant', 'S8', '', 'dishonest', null, '[]')"
    )
    publish(offices, verified_run(offices, AS_OF))
    query = (
        "select subject_key, field, kind, excluded_from::text, excluded_until::text, record_key"
        " from sharing.disqualification order by 1, 3"
    )
    bidding = [
        ("S1", "bidding", "ban", "2026-02-01", "2028-02-01", "b1"),
        ("S3", "bidding", "ban", "2026-01-01", "2026-03-01", "b3"),
        ("S5", "bidding", "ban", "2026-02-01", "2028-02-01", "b5"),
        ("S7", "bidding", "lasting_limit", None, "2026-09-01", "b7"),
        # since the release in which it became so, not since the last
        ("S9", "bidding", "grade", "2026-05-01", None, None),
    ]
    procurement = [("S6", "procurement", "ban", "2026-02-01", None, "v1")]
    seen = {}
    for name in READERS:
        with log_in(offices, name) as office:
            seen[name] = office.execute(query).fetchall()
    assert seen == {
        "bidding_office": bidding, "buyer": procurement, "everything": sorted(bidding + procurement, key=str),
    }  # fmt: skip


def test_a_subscription_shows_the_ledger_of_its_days_and_divisions(warehouse: psycopg.Connection[Any]) -> None:
    [(today,)] = warehouse.execute("select calendar.city_day(now())").fetchall()

    def until(days: int, *divisions: str) -> list[str | Subscription]:
        first, last = today - timedelta(9), today + timedelta(days)
        return [Subscription("bidding_participant", "示范用途", "示例依据", first, last, divisions)]

    offices = {
        "current": until(0), "ended": until(-1), "here": until(0, "500101"), "elsewhere": until(0, "500103"),
        "here_until_yesterday": until(-1, "500101"),
    }  # fmt: skip
    sync_roles(warehouse, [Department(name, reads) for name, reads in offices.items()])
    # S2 has acts, but no grade and so no division
    release(
        warehouse, AS_OF, [Grade("bidding_participant", "S1", Decimal(70))],
        bidding_bad_behaviour=[{}, {"subject_key": "S2"}],
    )  # fmt: skip
    seen = {}
    for name in offices:
        with log_in(warehouse, name) as office:
            ledger = office.execute("select subject_key from sharing.bidding_bad_behaviour order by 1").fetchall()
            seen[name] = ([subject for (subject,) in ledger], points(office, AS_OF), points(office, AS_OF, "S2"))
    for name in offices:
        warehouse.execute(f"drop owned by department_{name}; drop role department_{name}".encode())
    assert seen == {
        "current": (["S1", "S2"], 5, 5), "here": (["S1"], 5, None),
        "ended": ([], None, None), "elsewhere": ([], None, None), "here_until_yesterday": ([], None, None),
    }  # fmt: skip
