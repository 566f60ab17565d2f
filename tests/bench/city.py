"""The city that is graded: made in Postgres by set-based SQL, the same for the same sizes, and kept between runs."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import psycopg

from credit_grading.rulebook.load import load_rulebooks
from credit_grading.warehouse.prepare import prepare
from tests.bench.day import FIRST, NEXT

SQL = Path(__file__).parent / "sql"
RULEBOOKS = Path(__file__).parent / "rulebooks"


class CityTooSmall(ValueError):
    """There are fewer records than the registrations, participants and listings of so many subjects need."""


@dataclass(frozen=True)
class City:
    """How many subjects and records it has, and in which database it stands."""

    database: str
    subjects: int
    records: int

    def __post_init__(self) -> None:
        least = self.subjects + self.subjects * 15 // 100 + self.subjects * 5 // 1000
        if self.subjects < 1000 or self.records < least:
            raise CityTooSmall(f"a city needs 1000 subjects or more, and {self.subjects} need {least} records or more")


def statement(name: str) -> str:
    """The text of ``sql/<name>.sql``."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def connect(url: str) -> psycopg.Connection:
    """A connection whose statements may be several in one text, with parameters."""
    return psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor)


def settle(connection: psycopg.Connection, city: City) -> bool:
    """Make the city, or take up the one of an earlier run without what was added to it. Returns whether it was made.

    Nothing is evaluated afterwards: the tables of rulebooks and runs are empty but for the bench's two rulebooks.
    """
    made = not _stands(connection, city)
    if made:
        parameters = {"subjects": city.subjects, "records": city.records} | FIRST.parameters
        connection.execute(statement("city_draws"))
        connection.execute(statement("city_records"), parameters)
        connection.execute(statement("city_indexes"))
        connection.execute("vacuum analyze thematic.credit_record")
        connection.execute("create unlogged table bench.city as select %s as content", (_content(city),))
    else:
        connection.execute(
            "delete from thematic.credit_record where known_from > %s::timestamptz", (FIRST.knowledge_at,)
        )
        connection.execute("vacuum analyze thematic.credit_record")
    connection.execute("drop schema if exists evaluation cascade")
    connection.execute("drop schema if exists rulebook cascade")
    prepare(connection)
    load_rulebooks(connection, RULEBOOKS)
    # every contender finds the records in the same place: those that fit lie in memory
    connection.execute("select count(summary) from thematic.credit_record")
    return made


def touch(connection: psycopg.Connection, city: City, subjects: int) -> int:
    """Add one new penalty each to some subjects, so that together with those whose date has come there are `subjects`.

    The dates come from ``bench.hand_written`` of the first day. Returns how many subjects have a new record.
    """
    parameters = {"subjects": city.subjects, "touched": subjects} | NEXT.parameters
    return connection.execute(statement("touch"), parameters).rowcount


def _stands(connection: psycopg.Connection, city: City) -> bool:
    if connection.execute("select to_regclass('bench.city')").fetchone() == (None,):
        return False
    return connection.execute("select content from bench.city").fetchone() == (_content(city),)


def _content(city: City) -> str:
    parts = [statement(name) for name in ("city_draws", "city_records", "city_indexes")]
    text = repr((city.subjects, city.records, parts))
    return hashlib.sha256(text.encode()).hexdigest()
