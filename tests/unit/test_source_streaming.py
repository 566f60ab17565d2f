"""Databases are read with a cursor on the server: rows arrive while the server still sends, and memory stays flat."""

import os
import socket
import time
from collections.abc import Iterator

import psutil
import psycopg
import pymysql
import pytest

from credit_grading.sources.database import DatabaseItem
from tests.conftest import require_service

ROWS = 300_000
TEXT = 200
NAME = f"credit_grading_streaming_test_{os.getpid()}"
# what is fetched at a time, and what Python keeps for itself; a client that took all rows would need some 100 MB
FLAT_BYTES = 30 << 20


def reachable(name: str, port: int) -> None:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            pass
    except OSError as error:
        require_service(f"no {name} at 127.0.0.1:{port} ({error})")


@pytest.fixture
def mariadb() -> Iterator[str]:
    reachable("MariaDB", 3306)
    try:
        server = pymysql.connect(host="127.0.0.1", user="root", charset="utf8mb4", autocommit=True)
    except pymysql.err.OperationalError as error:
        require_service(f"no MariaDB for root without password ({error})")
    with server.cursor() as cursor:
        cursor.execute(f"drop database if exists {NAME}")
        cursor.execute(f"create database {NAME}")
        cursor.execute(f"use {NAME}")
        cursor.execute(f"create view {NAME}.big as select seq, repeat('x', {TEXT}) as text from seq_1_to_{ROWS}")
    yield f"mysql+pymysql://root@127.0.0.1:3306/{NAME}"
    with server.cursor() as cursor:
        cursor.execute(f"drop database {NAME}")
    server.close()


@pytest.fixture
def postgres() -> Iterator[str]:
    """The Postgres of this machine, where there is one that lets us in."""
    reachable("PostgreSQL", 5432)
    address = "postgresql://postgres@127.0.0.1:5432/postgres"
    try:
        server = psycopg.connect(address, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        require_service(f"no PostgreSQL for postgres without password ({error})")
    server.execute(f"drop schema if exists {NAME} cascade; create schema {NAME}".encode())
    server.execute(
        f"create view {NAME}.big as select seq, repeat('x', {TEXT}) as text"
        f" from generate_series(1, {ROWS}) as seq".encode()
    )
    yield address.replace("postgresql://", "postgresql+psycopg://")
    server.execute(f"drop schema {NAME} cascade".encode())
    server.close()


def sending(kind: str) -> str:
    """What the server says that it is doing for our reader."""
    if kind == "postgres":
        with psycopg.connect("postgresql://postgres@127.0.0.1:5432/postgres") as connection:
            found = connection.execute(
                "select query from pg_stat_activity where query ilike 'fetch %' and pid <> pg_backend_pid()"
            ).fetchall()
        return " ".join(row[0] for row in found)
    with pymysql.connect(host="127.0.0.1", user="root") as connection, connection.cursor() as cursor:
        cursor.execute("select state from information_schema.processlist where db = %s and command = 'Query'", (NAME,))
        return " ".join(row[0] or "" for row in cursor.fetchall())


@pytest.mark.parametrize(("kind", "words"), [("mariadb", "Writing to net"), ("postgres", "FETCH FORWARD")])
def test_rows_stream_from_the_server_in_constant_memory(request, kind, words):
    url = request.getfixturevalue(kind)
    item = DatabaseItem({"connection": "bureau", "table": f"{NAME}.big"}, lambda _: url)
    process = psutil.Process()
    highest = 0
    with item.open() as stream:
        first = next(stream.rows)
        assert (first[0], len(first[1][1])) == (1, TEXT)
        # the server writes on until nobody takes more, and only then waits for the reader
        deadline = time.monotonic() + 20
        while words.casefold() not in (doing := sending(kind).casefold()) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert words.casefold() in doing
        before = process.memory_info().rss
        for number, _, _ in stream.rows:
            if number % 10_000 == 0:
                highest = max(highest, process.memory_info().rss)
    assert number == ROWS
    assert highest - before < FLAT_BYTES
