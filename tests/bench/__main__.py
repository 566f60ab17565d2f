"""Run the benchmark: python -m tests.bench <state folder> <subjects> <records>.

Two cities, one a tenth of the other. In each: all contenders evaluate every subject on one day; then as many subjects
are touched as are 1 % of the big city, and dbt evaluates the next day. All results are compared row by row.

Environment:
    ROUNDS  how often the hand-written statement and the round trips are run (default 2); the fastest counts.
            dbt's full evaluation runs once: a second one would find its own results and have nothing to do.
    PLANS   1: the plans of all statements longer than a second go to the server's log in the state folder.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.bench import report
from tests.bench.city import City, connect, settle, touch
from tests.bench.compare import demand_same
from tests.bench.contenders import Measured, by_dbt, by_hand, by_round_trip
from tests.bench.day import FIRST, NEXT
from tests.bench.server import start_server


@dataclass(frozen=True)
class Results:
    """What was measured in one city; `others` are the hand-written statement, DuckDB and Polars."""

    others: list[Measured]
    full: Measured
    daily: Measured


class WrongRun(AssertionError):
    """dbt evaluated all subjects where only those touched were due, or the other way round."""


def say(text: str) -> None:
    """Progress goes to stderr, the report to stdout."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def fastest(evaluate: Callable[[], Measured], rounds: int) -> Measured:
    """The fastest of some rounds."""
    return min((evaluate() for _ in range(rounds)), key=lambda one: one.total)


def measure(url: str, city: City, touched: int, rounds: int) -> Results:
    """Everything about one city."""
    with connect(url) as connection:
        started = time.perf_counter()
        made = settle(connection, city)
        say(f"{city.subjects} subjects, {city.records} records {'made' if made else 'found'} "
            f"in {time.perf_counter() - started:.0f} s")  # fmt: skip
        others = [fastest(lambda: by_hand(connection, FIRST), rounds)]
        for library in ("duckdb", "polars"):
            others.append(fastest(lambda library=library: by_round_trip(library, url, FIRST), rounds))
            say(f"{others[-1].name}: {others[-1].total:.1f} s (hand-written {others[0].total:.1f} s)")
        full = by_dbt(url, FIRST)
        _demand_mode(connection, "full")
        say(f"dbt, every subject: {full.total:.1f} s")
        for other in [*others[1:], full]:
            rows = demand_same(connection, "bench.hand_written", other.table)
        say(f"{rows} grades, the same in all four")
        new = touch(connection, city, touched)
        daily = by_dbt(url, NEXT)
        _demand_mode(connection, "touched")
        say(f"dbt, the next day, {touched} subjects touched ({new} of them by a new record): {daily.total:.1f} s")
        by_hand(connection, NEXT)
        demand_same(connection, "bench.hand_written", daily.table)
    return Results(others, full, daily)


def _demand_mode(connection: psycopg.Connection, mode: str) -> None:
    found = connection.execute("select mode, mode_reason from evaluation.run order by run_id desc limit 1").fetchone()
    if found is None or found[0] != mode:
        raise WrongRun(f"the run should have been '{mode}', and was {found}")


def main() -> None:
    """Measure both cities, print the report."""
    folder, subjects, records = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    rounds, touched = int(os.environ.get("ROUNDS", "2")), subjects // 100
    tenth = City("tenth", subjects // 10, records // 10)
    whole = City("whole", subjects, records)
    # whoever ends the bench ends its server, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with_plans = os.environ.get("PLANS") == "1"
    server = start_server(folder / "cluster", [tenth.database, whole.database], with_plans=with_plans)
    try:
        small, big = (measure(server.url(city.database), city, touched, rounds) for city in (tenth, whole))
    finally:
        server.stop()
    print(f"{subjects} subjects, {records} records, {touched} subjects touched on the next day\n")
    print(report.contenders([*big.others, big.full], big.others[0].total))
    print()
    print(report.goals(big.full, big.others, big.daily, small.daily))
    print()
    print(report.models(big.full, big.daily))


if __name__ == "__main__":
    main()
