"""The gate's world in a warehouse of its own, built once and copied for each test."""

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from credit_grading.gate.run import run_gate
from credit_grading.gate.verdict import CheckResult, Gate, Verdict
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres

from .world import DEPARTMENTS, build_world, open_run


@dataclass
class World:
    """The world and its current run."""

    connection: psycopg.Connection
    run_id: int

    def sql(self, statement: str) -> None:
        self.connection.execute(statement.encode())

    def gate(self, gate: Gate, **options) -> Verdict:
        return run_gate(self.connection, gate, self.run_id, departments=DEPARTMENTS, **options)

    def new_run(self) -> None:
        self.run_id = open_run(self.connection)


@pytest.fixture(scope="session")
def world_template(cluster: EmbeddedPostgres, prepared_template: str) -> tuple[str, int]:
    """Name of a database with the world, and its run."""
    cluster.create_database("world_template", template=prepared_template)
    with psycopg.connect(cluster.url("world_template"), autocommit=True) as connection:
        return "world_template", build_world(connection)


@pytest.fixture
def world(
    cluster: EmbeddedPostgres, world_template: tuple[str, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[World]:
    """A world of its own, with a state folder of its own."""
    template, run_id = world_template
    name = f"world_{uuid.uuid4().hex[:12]}"
    cluster.create_database(name, template=template)
    monkeypatch.setenv(VARIABLE, cluster.url(name))
    monkeypatch.setenv("CREDIT_GRADING_STATE", os.fspath(tmp_path / "state"))
    with psycopg.connect(cluster.url(name), autocommit=True) as connection:
        yield World(connection, run_id)
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f'drop database "{name}" with (force)'.encode())


@pytest.fixture
def result_of() -> Callable[[Verdict, str], CheckResult]:
    """Find one result by `suite/check_id`."""

    def find(verdict: Verdict, name: str) -> CheckResult:
        (found,) = [result for result in verdict.results if result.name == name]
        return found

    return find
