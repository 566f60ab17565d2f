"""The commands of docker/compose.yml, started as they stand but without containers.

Host names, ports and folders of the containers are replaced by this machine's; everything else, the databases'
roles and the health checks included, is what Compose would run.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from credit_grading import paths
from credit_grading.warehouse.embedded import EmbeddedPostgres, free_port
from tests import compose_file
from tests.conftest import require_service

HEALTHY_SECONDS = 120
STOP_SECONDS = 60


@dataclass
class Native:
    """The services of the compose file, with everything of the containers replaced by this machine's."""

    folder: Path
    postgres: EmbeddedPostgres
    variables: dict[str, str]

    def __post_init__(self) -> None:
        self.services: dict[str, Any] = compose_file.load(self.variables)["services"]
        self.api_port, self.scheduler_port = free_port(), free_port()

    def replace(self, text: str) -> str:
        """One value of the compose file as it must read on this machine."""
        for container, here in (
            ("@postgres:5432", f"@127.0.0.1:{self.postgres.port}"),
            ("@redis:6379/0", "@127.0.0.1:6379/11"),
            ("http://api-server:8080", f"http://127.0.0.1:{self.api_port}"),
            ("http://127.0.0.1:8080", f"http://127.0.0.1:{self.api_port}"),
            ("http://127.0.0.1:8974", f"http://127.0.0.1:{self.scheduler_port}"),
            ("/opt/credit-grading", str(paths.home())),
            ("/opt/environment", sys.prefix),
            ("/var/lib/credit-grading", str(self.folder / "state")),
        ):
            text = text.replace(container, here)
        return text

    def environment(self, service: str) -> dict[str, str]:
        """Everything a container of this service would see, and nothing of this shell."""
        seen = compose_file.image_environment() | self.services[service]["environment"]
        seen = {name: self.replace(str(value)) for name, value in seen.items()}
        return seen | {
            "HOME": str(self.folder),
            "CREDIT_GRADING_FEEDS": str(self.folder / "feeds"),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.api_port),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.scheduler_port),
        }

    def popen(self, service: str, command: list[str], log: Path) -> "subprocess.Popen[bytes]":
        """Start a command as this service, as the leader of a process group of its own."""
        with log.open("ab") as stream:
            return subprocess.Popen(
                [self.replace(part) for part in command],
                env=self.environment(service), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
                start_new_session=True,
            )  # fmt: skip

    def run_once(self, service: str) -> None:
        """Run a one-shot service to its end."""
        log = self.folder / f"{service}.log"
        code = self.popen(service, self.services[service]["command"], log).wait(timeout=HEALTHY_SECONDS)
        assert code == 0, f"{service} ended with {code}:\n{tail(log)}"

    @contextmanager
    def running(self, *names: str) -> "Iterator[dict[str, subprocess.Popen[bytes]]]":
        """Start long-running services, wait until each one's own health check passes, stop them by pid."""
        started = {
            name: self.popen(name, self.services[name]["command"], self.folder / f"{name}.log") for name in names
        }
        try:
            for name in names:
                self.wait_until_healthy(name, started[name])
            yield started
        finally:
            for process in started.values():
                process.send_signal(signal.SIGTERM)
            late = [name for name, process in started.items() if not ends(process)]
            for name in late:
                os.killpg(started[name].pid, signal.SIGKILL)
                started[name].wait()
        assert late == [], f"did not stop within {STOP_SECONDS} s of SIGTERM: {late}"

    def wait_until_healthy(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        kind, *check = self.services[name]["healthcheck"]["test"]
        command = ["/bin/sh", "-c", *check] if kind == "CMD-SHELL" else check
        log = self.folder / f"{name}.log"
        end = time.monotonic() + HEALTHY_SECONDS
        while self.popen(name, command, self.folder / f"{name}.health.log").wait(timeout=HEALTHY_SECONDS) != 0:
            assert process.poll() is None, f"{name} ended with {process.returncode}:\n{tail(log)}"
            assert time.monotonic() < end, f"{name} is not healthy:\n{tail(log)}"
            time.sleep(1)


def ends(process: "subprocess.Popen[bytes]") -> bool:
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:]


@pytest.fixture(scope="module")
def native() -> Iterator[Native]:
    """A Postgres with the roles that the init SQL makes, and both databases migrated by the one-shot service."""
    folder = Path("/var/tmp") / f"credit-grading-docker-{os.getpid()}"
    folder.mkdir(mode=0o755)
    (folder / "state").mkdir()
    (folder / "feeds").mkdir()
    postgres = EmbeddedPostgres(folder / "cluster", {"fsync": "off", "shared_buffers": "256MB"})
    postgres.start()
    try:
        made = Native(folder, postgres, compose_file.example_variables(folder / "feeds"))
        init = compose_file.DOCKER / "postgres" / "roles.sql"
        psql = [str(postgres.binaries / "psql"), "--quiet", postgres.url(), "--file", str(init)]
        passwords = {name: str(value) for name, value in made.services["postgres"]["environment"].items()}
        done = subprocess.run(psql, env=passwords, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        made.run_once("migrate")
        yield made
    finally:
        postgres.stop()
        shutil.rmtree(folder)


def ask(native: Native, path: str, token: str | None = None, body: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{native.api_port}{path}",
        data=json.dumps(body).encode() if body else None,
        headers={"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {}),
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_every_component_comes_up_and_knows_the_dags(native: Native) -> None:
    with native.running("scheduler", "dag-processor", "triggerer", "api-server") as processes:
        health = ask(native, "/api/v2/monitor/health")
        assert {part: state["status"] for part, state in health.items()} == {
            "metadatabase": "healthy", "scheduler": "healthy", "triggerer": "healthy", "dag_processor": "healthy",
        }  # fmt: skip
        login = {"username": "admin", "password": native.variables["AIRFLOW_ADMIN_PASSWORD"]}
        token = ask(native, "/auth/token", body=login)["access_token"]
        end = time.monotonic() + HEALTHY_SECONDS
        while not (dags := ask(native, "/api/v2/dags", token)["dags"]) and time.monotonic() < end:
            time.sleep(1)
        departments = {file.stem for file in paths.departments().glob("*.yml")}
        assert {f"ingest_{name}" for name in departments} <= {dag["dag_id"] for dag in dags}
        assert ask(native, "/api/v2/importErrors", token)["import_errors"] == []
        assert [name for name, process in processes.items() if process.poll() is not None] == []


def test_a_worker_answers_through_redis(native: Native) -> None:
    try:
        import redis

        redis.Redis("127.0.0.1", 6379, socket_connect_timeout=2).ping()
    except redis.exceptions.ConnectionError:
        require_service("no Redis answers on 127.0.0.1:6379")
    native.services["worker"]["environment"]["AIRFLOW__CORE__EXECUTOR"] = "CeleryExecutor"
    with native.running("worker"):
        assert "ready" in tail(native.folder / "worker.log")


def test_migrating_again_changes_nothing(native: Native) -> None:
    native.run_once("migrate")


def test_no_role_of_the_init_sql_passes_row_policies(native: Native) -> None:
    with psycopg.connect(native.postgres.url()) as connection:
        roles = connection.execute(
            "select rolname, rolcanlogin, rolsuper or rolbypassrls or rolcreatedb or rolreplication from pg_roles "
            "where rolname !~ '^pg_' and rolname <> 'postgres' and rolname !~ '^department_' order by rolname"
        ).fetchall()
        passwords = connection.execute(
            "select count(*) from pg_authid where rolname in ('airflow', 'credit_grading') and rolpassword ~ '^SCRAM'"
        ).fetchone()
    assert roles == [
        ("airflow", True, False), ("credit_auditor", False, False), ("credit_grading", True, False),
        ("credit_loader", False, False), ("credit_publisher", False, False), ("credit_transformer", False, False),
    ]  # fmt: skip
    assert passwords == (2,)


@pytest.mark.parametrize(
    ("role", "statement", "allowed"),
    [
        (
            "credit_loader",
            "insert into landing.feed_attempt (department_id, feed_id, outcome) values ('d', 'f', 'loaded')",
            True,
        ),
        ("credit_loader", "select from sharing.grade", False),
        ("credit_loader", "delete from landing.batch", False),
        ("credit_transformer", "delete from staging.staged_batch", True),
        ("credit_transformer", "insert into sharing.grade_change (sequence) values (1)", False),
        ("credit_publisher", "update sharing.grade set score = 0", True),
        ("credit_publisher", "update quality.verdict set outcome = 'passed'", False),
        ("credit_publisher", "delete from landing.batch", False),
        ("credit_auditor", "select from landing.batch", True),
        ("credit_auditor", "select from quarantine.rejected_row", True),
        ("credit_auditor", "update evaluation.run set reason = ''", False),
        ("airflow", "select from landing.batch", False),
        # a reader that holds the pipeline's locks could stop every release
        ("department_finance", "select pg_advisory_lock(1)", False),
        ("department_finance", "select pg_try_advisory_xact_lock_shared(1, 2)", False),
        ("credit_loader", "select pg_advisory_xact_lock(1)", True),
        ("credit_publisher", "select pg_advisory_xact_lock(1)", True),
        ("credit_grading", "select pg_advisory_lock(1)", True),
    ],
)
def test_each_role_does_its_own_work_only(native: Native, role: str, statement: str, allowed: bool) -> None:
    with psycopg.connect(native.postgres.url("credit_grading")) as connection:
        connection.execute(f"set role {role}".encode())
        if allowed:
            connection.execute(statement.encode())
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
        connection.rollback()
