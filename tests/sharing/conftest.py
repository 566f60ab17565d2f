"""A warehouse that the tests of one module share, and the databases of departments to which is delivered."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.mariadb import mariadb_database
from tests.sharing.receivers import postgres_database


@pytest.fixture(scope="module")
def module_warehouse(cluster: EmbeddedPostgres, prepared_template: str) -> Iterator[psycopg.Connection[Any]]:
    """Like `warehouse`, once per module; nothing points the package at it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    cluster.create_database(name, template=prepared_template)
    with psycopg.connect(cluster.url(name), autocommit=True) as connection:
        yield connection
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f'drop database "{name}" with (force)'.encode())


@pytest.fixture(params=["mariadb", "postgres"])
def receiver(request: pytest.FixtureRequest, cluster: EmbeddedPostgres) -> Iterator[str]:
    with mariadb_database("latin1") if request.param == "mariadb" else postgres_database(cluster) as address:
        yield address


@pytest.fixture
def mariadb() -> Iterator[str]:
    with mariadb_database("latin1") as address:
        yield address
