"""The generated city through the real pipeline: what was planted is what is rejected, and every grade occurs."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
import pytest

from credit_grading.city import CityManifest, generate_city, next_day
from credit_grading.contract.load import load_contracts
from credit_grading.department.load import load_departments
from credit_grading.evaluation.run import open_run
from credit_grading.landing.receive import receive_feed
from credit_grading.landing.tables import ensure_landing_tables
from credit_grading.platform.today import city_today
from credit_grading.rulebook.load import load_rulebooks
from credit_grading.sources.location import VARIABLE
from credit_grading.transform.dbt import run_dbt
from credit_grading.warehouse.embedded import EmbeddedPostgres


@pytest.fixture
def source_url(cluster: EmbeddedPostgres, warehouse: psycopg.Connection) -> str:
    """A database of the department, beside the warehouse."""
    name = f"source_{warehouse.info.dbname}"
    cluster.create_database(name)
    return cluster.url(name, "postgresql+psycopg2")


def receive_all(connection: psycopg.Connection, open_connection: Callable[[str], str]) -> dict[str, tuple[str, int]]:
    outcomes = {}
    for department in load_departments():
        for feed in department.live_feeds(city_today()):
            outcome = receive_feed(connection, department, feed, open_connection=open_connection)
            outcomes[feed.id] = (outcome.outcome, outcome.rows)
    return outcomes


def rejected(connection: psycopg.Connection) -> dict[str, dict[str, int]]:
    """Quarantined rows per feed and first reason (a nameless firm of a nameless feed has a second one)."""
    found: dict[str, dict[str, int]] = {}
    for feed, code, rows in connection.execute(
        "select feed_id, reasons -> 0 ->> 'code', count(*) from quarantine.rejected_row group by 1, 2"
    ):
        found.setdefault(feed, {})[code] = rows
    return found


def planted(manifest: CityManifest) -> dict[str, dict[str, int]]:
    return {name: feed.rejected_by_reason for name, feed in manifest.feeds.items() if feed.rejected}


def test_a_city_is_received_whole_and_graded_a_to_e(
    warehouse: psycopg.Connection, source_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = tmp_path / "feeds"
    monkeypatch.setenv(VARIABLE, str(feeds))
    city = generate_city(feeds, source_url, firms=2_000)
    ensure_landing_tables(warehouse, load_contracts())
    load_rulebooks(warehouse)

    first = receive_all(warehouse, lambda _: source_url)
    assert first == {name: ("loaded", feed.rows) for name, feed in city.feeds.items()}
    again = receive_all(warehouse, lambda _: source_url)
    assert {outcome for outcome, _ in again.values()} == {"nothing_new"}

    run_dbt("seed")
    run_dbt("run", "--select", "path:models/staging")
    assert rejected(warehouse) == planted(city)
    assert len(planted(city)) >= 5
    landed, accepted = warehouse.execute("select sum(landed), sum(accepted) from staging.staged_batch").fetchone()
    assert landed == sum(feed.rows for feed in city.feeds.values())
    assert landed - accepted == sum(feed.rejected for feed in city.feeds.values())

    open_run(warehouse, city.as_of)
    run_dbt("run", "--select", "path:models/thematic", "path:models/evaluation")
    grades = dict(warehouse.execute(
        "select rulebook_id, array_agg(distinct city_grade order by city_grade) from evaluation.grade "
        "where city_grade is not null group by 1"
    ).fetchall())  # fmt: skip
    assert grades["public_credit"] == list("ABCDE")
    assert grades["bidding_participant"] == list("ABCDE")
    assert len(grades["construction_integrity"]) >= 3
    evidence = dict(warehouse.execute(
        "select catalogue_item_id, count(*) from thematic.credit_record where subject_key = %s and known_until is null "
        "group by 1", (city.story_code,)
    ).fetchall())  # fmt: skip
    assert {"administrative_penalty": 2, "honour": 1, "bidding_bad_behaviour": 1}.items() <= evidence.items()
    # the register of construction firms knows names only; the registry of market entities resolves this one
    assert evidence["construction_firm"] == 2

    increment = next_day(feeds, source_url)
    second = receive_all(warehouse, lambda _: source_url)
    for name, feed in increment.feeds.items():
        assert second[name] == ("loaded", feed.rows), name
    assert {second[name][0] for name in ("serious_dishonesty_list", "construction_integrity_points")} == {"nothing_new"}
    run_dbt("run", "--select", "path:models/staging", "path:models/thematic")
    assert rejected(warehouse) == planted(city)
    amounts = warehouse.execute(
        "select amount, known_until is null from thematic.credit_record where subject_key = %s "
        "and catalogue_item_id = 'administrative_penalty' and amount > 0 order by known_from", (city.story_code,)
    ).fetchall()  # fmt: skip
    assert amounts == [(25_000, False), (15_000, True)]
    assert increment.as_of == date(2026, 7, 1)
