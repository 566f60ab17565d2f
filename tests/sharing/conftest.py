"""A warehouse that the tests of one module share, where they read and every test sets what it changes."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from credit_grading.warehouse.embedded import EmbeddedPostgres


@pytest.fixture(scope="module")
def module_warehouse(cluster: EmbeddedPostgres, prepared_template: str) -> Iterator[psycopg.Connection[Any]]:
    """Like `warehouse`, once per module; nothing points the package at it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    cluster.create_database(name, template=prepared_template)
    with psycopg.connect(cluster.url(name), autocommit=True) as connection:
        yield connection
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f'drop database "{name}" with (force)'.encode())
