"""The MariaDB of this machine, as somebody else's database: a department's source, or where it receives."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql

from tests.conftest import require_service

ADDRESS = "mysql+pymysql://root@127.0.0.1:3306"


@contextmanager
def mariadb_server() -> Iterator[pymysql.connections.Connection]:
    """A connection as root. Skips the test, or fails it where services are required, where there is no server."""
    try:
        server = pymysql.connect(host="127.0.0.1", user="root", charset="utf8mb4", autocommit=True, connect_timeout=2)
    except pymysql.err.OperationalError as error:
        require_service(f"no MariaDB for root without password at 127.0.0.1:3306 ({error})")
    with server:
        yield server


@contextmanager
def mariadb_database(character_set: str) -> Iterator[str]:
    """Address of an empty database; another at each call, since somebody else may test on the same server.

    `character_set`: its default. Whoever creates tables in it must not depend on that: latin1 shows.
    """
    name = f"credit_grading_{uuid.uuid4().hex[:8]}"
    with mariadb_server() as server, server.cursor() as cursor:
        cursor.execute(f"create database {name} character set {character_set}")
        try:
            yield f"{ADDRESS}/{name}"
        finally:
            cursor.execute(f"drop database {name}")
