"""What is delivered hangs on the rights of the day: they end, and deliveries end with them, without anybody's doing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pyarrow.parquet
import pytest

from credit_grading import paths
from credit_grading.delivery.model import DeliveryFailed
from credit_grading.department.model import Subscription
from credit_grading.sharing.roles import sync_roles
from tests.mariadb import mariadb_database
from tests.sharing.published import JUNE, release, scored
from tests.sharing.receivers import asked, bring, database, files
from tests.sharing.releases import Department

OFFICE = "harbour"
SUBJECTS = {"S1": "90", "S2": "70", "S3": "50"}
ELSEWHERE = "update candidate.grade set division_code = '500112' where subject_key = 'S2'"


@pytest.fixture
def shared(
    warehouse: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psycopg.Connection[Any]]:
    monkeypatch.setenv("CREDIT_GRADING_STATE", str(tmp_path / "state"))
    release(warehouse, JUNE, scored("public_credit", SUBJECTS), ELSEWHERE)
    sync_roles(warehouse, [Department(OFFICE, [])])
    try:
        yield warehouse
    finally:
        warehouse.execute(f"drop owned by department_{OFFICE}; drop role department_{OFFICE}")


def subscribe(owner: psycopg.Connection[Any], *divisions: str) -> None:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    granted = Subscription(
        "public_credit", "审查", "依据", today - timedelta(9), today + timedelta(9), divisions
    )  # fmt: skip
    sync_roles(owner, [Department(OFFICE, [granted])])


def end_yesterday(owner: psycopg.Connection[Any]) -> None:
    """The days pass: nothing is synced, and the declaration of the delivery stays as it is."""
    owner.execute("update sharing.entitlement set granted_until = granted_until - 10")


def delivered(publication: int, table: str = "grade_current") -> set[str]:
    place = paths.state() / "deliveries" / OFFICE / "exchange" / f"publication-{publication}"
    return set(pyarrow.parquet.read_table(place / f"{table}.parquet").column("subject_key").to_pylist())


def test_a_subscription_that_ended_delivers_no_row_more(shared: psycopg.Connection[Any]) -> None:
    wanted = files("grade_current", "grade", "grade_change", "grade_history", "contribution", "grade_explained")
    subscribe(shared)
    [attempt] = bring(wanted, department=OFFICE)
    assert attempt.rows > 0
    assert delivered(1) == set(SUBJECTS)
    end_yesterday(shared)
    release(shared, date(2025, 6, 2), scored("public_credit", {"S1": "61", "S2": "70"}))
    [attempt] = bring(wanted, department=OFFICE)
    assert (attempt.publication_id, attempt.outcome, attempt.rows) == (2, "delivered", 0)
    [again] = bring(wanted, department=OFFICE, again=True)
    assert again.rows == 0, "nor on demand"


def test_a_subscription_that_was_narrowed_delivers_its_divisions_only(shared: psycopg.Connection[Any]) -> None:
    wanted = files("grade_current", "contribution", "grade_history")
    subscribe(shared)
    bring(wanted, department=OFFICE)
    subscribe(shared, "500112")
    bring(wanted, department=OFFICE, again=True)
    assert {delivered(1, table).pop() for table in wanted.what if len(delivered(1, table)) == 1} == {"S2"}
    assert all(len(delivered(1, table)) == 1 for table in wanted.what)


def test_the_receiving_tables_are_emptied_and_changes_stop(shared: psycopg.Connection[Any]) -> None:
    full, changes = database("grade_current"), replace(database("grade_change", mode="changes"), id="feed")
    with mariadb_database("latin1") as address:
        subscribe(shared)
        for delivery in (full, changes):
            bring(delivery, address, OFFICE)
        assert asked(address, "select count(*) from grade_current") == [(3,)]
        end_yesterday(shared)
        release(shared, date(2025, 6, 2), scored("public_credit", {"S1": "61"}))
        for delivery in (full, changes):
            assert [attempt.rows for attempt in bring(delivery, address, OFFICE)] == [0]
        assert asked(address, "select count(*) from grade_current") == [(0,)]
        assert asked(address, "select distinct publication_id from grade_change") == [(1,)], "what was told stays told"


def test_a_department_that_no_file_names_any_more_is_sent_nothing(shared: psycopg.Connection[Any]) -> None:
    subscribe(shared)
    sync_roles(shared, [])
    with pytest.raises(DeliveryFailed, match="may not read as department_harbour"):
        bring(files("grade_current"), department=OFFICE)
    assert not (paths.state() / "deliveries").exists()


def test_attempts_are_kept(shared: psycopg.Connection[Any]) -> None:
    subscribe(shared)
    bring(files("grade_current"), department=OFFICE)
    for statement in (
        "delete from supervision.delivery_attempt",
        "update supervision.delivery_attempt set mode = mode",
    ):
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            shared.execute(statement)
    assert shared.execute("select outcome from sharing.delivery").fetchall() == [("delivered",)]


def test_a_subject_that_left_a_division_is_followed_no_further(shared: psycopg.Connection[Any]) -> None:
    subscribe(shared, "500112")
    release(shared, date(2025, 6, 2), scored("public_credit", SUBJECTS))  # all in 500101
    release(shared, date(2025, 6, 3), scored("public_credit", SUBJECTS | {"S2": "30"}))
    bring(files("grade_history"), department=OFFICE)
    place = paths.state() / "deliveries" / OFFICE / "exchange" / "publication-3"
    rows = pyarrow.parquet.read_table(place / "grade_history.parquet").to_pylist()
    assert [(row["subject_key"], row["division_code"], int(row["score"])) for row in rows] == [
        ("S2", "500112", 70), ("S2", "500101", 70),
    ]  # fmt: skip
