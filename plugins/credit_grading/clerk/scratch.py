"""A warehouse of its own for checks: empty before and after, on a server that nobody else uses.

The real warehouse is never opened. The cluster and the parsed dbt project stay in ``<state>/check``, so that only the
first check on a machine waits for them.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from credit_grading import paths
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres
from credit_grading.warehouse.prepare import prepare

DATABASE = "feed_check"
TARGET_VARIABLE = "CREDIT_GRADING_DBT_TARGET"
# nothing in it is worth keeping
SETTINGS = {"shared_buffers": "64MB", "fsync": "off", "max_connections": "20"}
# all that holds rows; the seeds in schema reference stay
SCHEMAS = "landing, quarantine, staging, quality, sharing, evaluation, rulebook, what_if"


@contextmanager
def scratch_warehouse() -> Iterator[psycopg.Connection]:
    """An empty prepared warehouse as an autocommit connection; meanwhile the package and dbt are pointed at it.

    One check at a time: a second one waits.
    """
    folder = paths.state() / "check"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = EmbeddedPostgres(folder / "postgres", SETTINGS)
        before = {name: os.environ.get(name) for name in (VARIABLE, TARGET_VARIABLE)}
        server.start()
        try:
            server.create_database(DATABASE)
            os.environ[VARIABLE] = server.url(DATABASE)
            os.environ[TARGET_VARIABLE] = str(folder / "dbt")
            with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
                _empty(connection)
                prepare(connection)
                try:
                    yield connection
                finally:
                    _empty(connection)
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
            server.stop()


def _empty(connection: psycopg.Connection) -> None:
    connection.execute("set client_min_messages = warning")
    connection.execute(f"drop schema if exists {SCHEMAS} cascade".encode())
