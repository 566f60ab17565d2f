"""A city that published twice: between the releases records and rulebooks changed, backwards in time too."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import psycopg

from credit_grading.publication.publish import publish
from credit_grading.transform.dbt import run_dbt
from tests.oracle.later_worlds import shifted
from tests.oracle.random_records import KNOWLEDGE_AT, Record
from tests.oracle.worlds import World, random_world
from tests.sharing.releases import add_verdict, empty_candidates
from tests.sql.daily import Daily

SCHEMAS = ("evaluation", "sharing", "rulebook", "candidate", "thematic", "quality", "landing")
UNNEEDED = ("path:models/sharing/single_change", "candidate_single_change")
# three of its rulebooks have an earlier version, which ends on the day of the first release or the day before
SEED, SUBJECTS = 1, 15


@dataclass(frozen=True)
class Released:
    """The city with its two releases, numbers 1 and 2, and what was known at each."""

    daily: Daily
    first: World
    second: World

    @property
    def connection(self) -> psycopg.Connection:
        return self.daily.connection


def release_twice(daily: Daily) -> Released:
    first = as_then_known(random_world(SEED, subjects=SUBJECTS))
    second = some_days_later(first)
    daily.connection.execute(
        "create table thematic.subject (subject_key text, subject_kind text, subject_name text, division_code text)"
    )
    run_dbt("seed", "--select", "catalogue_item")
    for number, world in enumerate((first, second), start=1):
        run = daily.day(world)
        empty_candidates(daily.connection)
        # without the smallest changes, which take longest and are no part of what is regraded
        run_dbt("run", "--select", "path:models/sharing", "--exclude", *UNNEEDED)
        for gate in ("staging", "publication"):
            add_verdict(daily.connection, run["run_id"], gate)
        assert publish(daily.connection, run["run_id"]).publication_id == number
    return Released(daily, first, second)


def as_then_known(world: World) -> World:
    """The same world, with what is known at three in the morning of the day that is graded."""
    moment = datetime.combine(world.as_of, time(3), UTC)
    earlier = KNOWLEDGE_AT - moment
    records = [
        record | {
            "known_from": record["known_from"] - earlier,
            "known_until": record["known_until"] and record["known_until"] - earlier,
        }
        for record in world.records
    ]  # fmt: skip
    return replace(world, records=records, knowledge_at=moment)


def some_days_later(world: World) -> World:
    """Three days later: records came late, were corrected, moved, withdrawn and repaired; so were rules."""
    as_of = world.as_of + timedelta(days=3)
    # of the fifth subject on: whoever was published first stays as a witness of what did not change
    news = [record for record in world.records if is_a_fact(record) and record["known_until"] is None][20:]
    changes: list[Record] = [
        {"points_counted": Decimal("29.75"), "amount": Decimal(7), "quantity": Decimal(3)},
        {"withdrawn_on": world.as_of - timedelta(days=2)},
        {"repaired_on": world.as_of - timedelta(days=1)},
        {"subject_key": world.records[0]["subject_key"]},
        {"effective_until": world.as_of},
    ] * 4
    # in the evening of the day that was graded, after the release: then known, in the city, and an hour too late for it
    evening = datetime.combine(world.as_of, time(15, 30), UTC)
    versions = {}
    for number, (record, change) in enumerate(zip(news, changes, strict=False)):
        moment = evening + timedelta(hours=number % 2)
        after = record | change | {"record_id": f"{record['record_id']}-2", "known_from": moment}
        versions[record["record_id"]] = [record | {"known_until": moment}, after]
    late = [
        record | {"record_id": f"late{number}", "record_key": f"late{number}", "known_from": evening}
        for number, record in enumerate(news[30:40])
    ]
    kept = [one for record in world.records for one in versions.get(record["record_id"], [record])]
    knowledge_at = datetime.combine(as_of, time(3), UTC)
    return World(later_rules(world), [*kept, *late], as_of, knowledge_at)


def is_a_fact(record: Record) -> bool:
    return record["occurred_on"] < date(2025, 7, 30)


def later_rules(world: World) -> list[dict]:
    """Every open version ends the day after and has a successor; one rulebook comes that was in force long ago."""
    change = world.as_of + timedelta(days=1)
    books = []
    for book in world.books:
        span = book["in_force"]
        if span["until"] is None and span["from"] <= world.as_of:
            books += [
                book | {"in_force": span | {"until": change}},
                shifted(book) | {"version": "next", "in_force": {"from": change, "until": None}},
            ]
        else:
            books.append(book)
    late = next(book for book in world.books if book["id"] == "random_a" and book["version"] == "1")
    return [*books, late | {"id": "random_late", "in_force": {"from": date(2000, 1, 1), "until": None}}]


def contents(connection: psycopg.Connection) -> dict[str, str]:
    """Of every table that regrading must leave alone, a digest of its rows."""
    tables = connection.execute(
        "select format('%%I.%%I', relnamespace::regnamespace, relname) from pg_class"
        " where relkind = 'r' and relnamespace::regnamespace::text = any(%s) order by 1",
        (list(SCHEMAS),),
    ).fetchall()
    return {
        table: connection.execute(
            "select count(*) || md5(coalesce(string_agg(row::text, '' order by row::text), ''))"
            f" from {table} as row".encode()
        ).fetchone()[0]
        for (table,) in tables
    }


@contextmanager
def untouched(connection: psycopg.Connection) -> Iterator[None]:
    """Whatever is done meanwhile, no row of what is published or evaluated may change."""
    before = contents(connection)
    assert len(before) > 20
    yield
    assert contents(connection) == before
