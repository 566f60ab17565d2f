"""The contenders: each evaluates the same records and leaves a table of grades behind.

A contender's seconds run from the first statement to the last committed row; starting Python, importing libraries
and parsing the dbt project are left out for all of them.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from credit_grading.warehouse.connection import VARIABLE
from tests.bench.city import statement
from tests.bench.day import Day

HOME = Path(__file__).resolve().parents[2]
BENCH_PYTHON = HOME / "var" / "bench-environment" / "bin" / "python"


class ContenderFailed(RuntimeError):
    """A contender's process ended with an error; the message holds what it said."""


@dataclass(frozen=True)
class Measured:
    """What one evaluation took.

    Attributes:
        name: as the report shows it.
        table: where its grades stand.
        seconds: per stage; their sum is the evaluation.
        peak_mib: peak memory of its Python process; None where there is none beside the server.
        nodes: of dbt, per model: name, kind, seconds, rows.
    """

    name: str
    table: str
    seconds: dict[str, float]
    peak_mib: int | None = None
    nodes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def total(self) -> float:
        """Seconds of all stages."""
        return sum(self.seconds.values())


def by_hand(connection: psycopg.Connection, day: Day) -> Measured:
    """The best hand-written single statement."""
    connection.execute("drop table if exists bench.hand_written")
    started = time.perf_counter()
    connection.execute(statement("hand_written"), day.parameters)
    return Measured("hand-written SQL", "bench.hand_written", {"total": time.perf_counter() - started})


def by_round_trip(library: str, url: str, day: Day) -> Measured:
    """DuckDB or Polars: read from Postgres, compute, write back."""
    if not BENCH_PYTHON.exists():
        raise ContenderFailed("the environment of the round trips is missing; `make bench` makes it")
    module = f"tests.bench.round_trip_{library}"
    said = _run([str(BENCH_PYTHON), "-m", module, url, day.as_of, day.knowledge_at], {})
    title = {"duckdb": "DuckDB round trip", "polars": "Polars round trip"}[library]
    return Measured(title, f"bench.{library}", said["seconds"], said["peak_mib"])


def by_dbt(url: str, day: Day) -> Measured:
    """The project's own evaluation. It decides by itself whether all subjects or only those touched are evaluated."""
    command = [sys.executable, "-m", "tests.bench.evaluation_by_dbt", day.as_of, day.knowledge_at]
    said = _run(command, {VARIABLE: url})
    return Measured("dbt evaluation", "evaluation.grade", said["seconds"], said["peak_mib"], said["nodes"])


def _run(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=HOME, env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ContenderFailed(f"{' '.join(command[1:3])} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said
