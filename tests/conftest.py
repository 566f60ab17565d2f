"""Fixtures shared by all suites: a real Postgres per session, a fresh database per test that wants one."""

import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psutil import virtual_memory
from xdist.scheduler import LoadScopeScheduling

from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres

SUITES = ("unit", "sql", "dag", "gate", "sharing", "e2e", "browser")

# bytes of memory from which on a server of the tests is kept in it; it holds about one GiB
ROOMY = 8 * 1024**3
# they start the whole platform: one after the other, and first, because they take longest
WHOLE_PLATFORM = ("e2e", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each test belongs to the suite of its folder."""
    for item in items:
        suite = _suite(item.nodeid)
        if suite in SUITES:
            item.add_marker(suite)
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: _suite(item.nodeid) not in WHOLE_PLATFORM)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Processes that share the work take whole files, so that what a file's tests have in common is made once."""
    return _Shared(config, log)


class _Shared(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return "platform" if _suite(nodeid) in WHOLE_PLATFORM else nodeid.partition("::")[0]


def _suite(nodeid: str) -> str:
    return nodeid.removeprefix("tests/").partition("/")[0]


def pytest_configure(config: pytest.Config) -> None:
    """Processes that share the work have a state folder each, and all tests of one have one parsed dbt project."""
    # dbt makes objects by the hundred thousand, and looking for cycles among them took a fifth of the suite's time
    gc.set_threshold(100_000, 50, 100)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    folder = config.rootpath / "var" / "tests" / (worker or "alone")
    if worker:
        os.environ["CREDIT_GRADING_STATE"] = str(folder)
    # parsing it takes longer than most tests, and it is the same project whatever the warehouse
    os.environ["CREDIT_GRADING_DBT_TARGET"] = str(folder / "dbt")


def require_service(reason: str) -> None:
    """Skip with a reason where a service is absent; fail instead where REQUIRE_SERVICES=1."""
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"REQUIRE_SERVICES=1 and {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def plain_flag_sources() -> None:
    """Spare dbt the search for where its flags are declared.

    It asks ``inspect.stack()`` for each, on every run; below pytest's many frames that was a third of the suite's time.
    """
    from dbt_common.behavior_flags import BehaviorFlagRendered

    BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt")


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedPostgres]:
    """One embedded Postgres server for the whole session, where an unprivileged user can reach it.

    In memory where there is enough of it: a thousand tests copy a database of a thousand files each.
    """
    memory = Path("/dev/shm")
    is_roomy = memory.is_dir() and min(shutil.disk_usage(memory).free, virtual_memory().available) > ROOMY
    folder = Path(tempfile.mkdtemp(prefix="credit-grading-test-", dir=memory if is_roomy else "/var/tmp"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "cluster", {"fsync": "off", "shared_buffers": "256MB"})
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


def _drop(cluster: EmbeddedPostgres, name: str) -> None:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)'.encode())


@pytest.fixture(scope="session")
def prepared_template(cluster: EmbeddedPostgres) -> str:
    """Name of a database with everything that `prepare` makes; copy it, never change it."""
    from credit_grading.warehouse.prepare import prepare

    cluster.create_database("prepared_template")
    with psycopg.connect(cluster.url("prepared_template")) as connection:
        prepare(connection)
    return "prepared_template"


@pytest.fixture
def warehouse(
    cluster: EmbeddedPostgres, prepared_template: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psycopg.Connection]:
    """A fresh warehouse of its own, as an autocommit connection; the package and dbt are pointed at it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    cluster.create_database(name, template=prepared_template)
    monkeypatch.setenv(VARIABLE, cluster.url(name))
    with psycopg.connect(cluster.url(name), autocommit=True) as connection:
        yield connection
    _drop(cluster, name)
