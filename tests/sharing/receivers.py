"""What a delivery brings and where to: declared by hand, received by real file systems and databases."""

import os
import socket
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pymysql
import sqlalchemy

from credit_grading import paths
from credit_grading.delivery.deliver import deliver
from credit_grading.delivery.model import Attempt
from credit_grading.department.model import OutgoingDelivery
from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.conftest import require_service

MARIADB = "mysql+pymysql://root@127.0.0.1:3306"


def files(*what: str, **given: Any) -> OutgoingDelivery:
    """A delivery of files into our own folder."""
    return OutgoingDelivery("exchange", "files", what or ("grade_current",), given.pop("mode", "full"), "测试", **given)


def database(*what: str, **given: Any) -> OutgoingDelivery:
    """A delivery into a database."""
    mode = given.pop("mode", "full")
    return OutgoingDelivery("tables", "database", what or ("grade_current",), mode, "测试", "receiver", **given)


def bring(
    delivery: OutgoingDelivery, address: str = "", department: str = "market_regulation", *, again: bool = False
) -> list[Attempt]:
    """Deliver it, the department's connection being at this address."""
    return deliver(department, delivery, open_connection=lambda _: address, again=again)


@contextmanager
def mariadb_database() -> Iterator[str]:
    """Address of a database of its own on the MariaDB of this machine."""
    name = f"credit_grading_delivery_{uuid.uuid4().hex[:8]}"
    try:
        with socket.create_connection(("127.0.0.1", 3306), timeout=2):
            pass
        server = pymysql.connect(host="127.0.0.1", user="root", charset="utf8mb4", autocommit=True)
    except (OSError, pymysql.err.OperationalError) as error:
        require_service(f"no MariaDB at 127.0.0.1:3306 ({error})")
    with server, server.cursor() as cursor:
        # an old default of the server must not matter
        cursor.execute(f"create database {name} character set latin1")
        try:
            yield f"{MARIADB}/{name}"
        finally:
            cursor.execute(f"drop database {name}")


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
