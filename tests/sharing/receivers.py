"""What a delivery brings and where to: declared by hand, received by real file systems and databases."""

import os
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy

from credit_grading import paths
from credit_grading.delivery.deliver import deliver
from credit_grading.delivery.model import Attempt
from credit_grading.department.model import OutgoingDelivery
from credit_grading.sources.access import Access
from credit_grading.warehouse.embedded import EmbeddedPostgres


def files(*what: str, **given: Any) -> OutgoingDelivery:
    """A delivery of files into our own folder."""
    return OutgoingDelivery("exchange", "files", what or ("grade_current",), given.pop("mode", "full"), "测试", **given)


def database(*what: str, **given: Any) -> OutgoingDelivery:
    """A delivery into a database."""
    mode = given.pop("mode", "full")
    return OutgoingDelivery("tables", "database", what or ("grade_current",), mode, "测试", "receiver", **given)


def bring(
    delivery: OutgoingDelivery,
    address: str | Access = "",
    department: str = "market_regulation",
    *,
    again: bool = False,
) -> list[Attempt]:
    """Deliver it, the department's connection being at this address."""
    return deliver(department, delivery, open_connection=lambda _: address, again=again)


@contextmanager
def postgres_database(cluster: EmbeddedPostgres) -> Iterator[str]:
    """Address of a department's own Postgres database."""
    name = f"receiver_{uuid.uuid4().hex[:8]}"
    cluster.create_database(name)
    try:
        yield cluster.url(name, "postgresql+psycopg")
    finally:
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            connection.execute(f'drop database "{name}" with (force)'.encode())


def asked(address: str, statement: str) -> list[tuple[Any, ...]]:
    """What a receiver's own query gives."""
    engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.pool.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sqlalchemy.text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []


def apart(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, in the same surroundings."""
    path = os.pathsep.join([str(paths.home() / "plugins"), str(paths.home())])
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], check=False, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": path} | environment,
    )  # fmt: skip
