"""The processes of the local platform: an embedded Postgres and three Airflow components."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from threading import Lock

import psutil
import psycopg
from psycopg import sql

from credit_grading import paths
from credit_grading.platform.api import AirflowApi
from credit_grading.platform.process import Component, Identity
from credit_grading.platform.settings import POOLS, AirflowSettings
from credit_grading.warehouse.embedded import EmbeddedPostgres, free_port

AIRFLOW_DATABASE = "airflow"
WAREHOUSE_DATABASE = "credit_grading"
# a database of its own stands for a department's system
SOURCE_DATABASE = "development_and_reform"
SOURCE_CONNECTION = "development_and_reform_source"
START_SECONDS = 180.0
MIGRATED = "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()"

COMPONENTS = {
    "api-server": ("api-server", "--workers", "1", "--worker-timeout", "5"),
    # the API server reads the log files itself: same machine
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
}


class ServiceFailed(RuntimeError):
    """A service did not come up; the message holds the end of its log."""


@dataclass
class Services:
    """Everything that runs, of one state folder."""

    state: Path = field(default_factory=paths.state)

    def __post_init__(self) -> None:
        self.run_folder = self.state / "run"
        self.postgres = EmbeddedPostgres(self.state / "postgres")
        self.components = {name: Component(name, self.run_folder) for name in COMPONENTS}
        # what prepares Airflow and dbt at once asks for the settings at once
        self._choosing_port = Lock()

    @property
    def warehouse_url(self) -> str:
        """Address of the warehouse on the embedded server."""
        return self.postgres.url(WAREHOUSE_DATABASE)

    @property
    def settings(self) -> AirflowSettings:
        """Settings of the Airflow on the embedded server."""
        return AirflowSettings(
            state=self.state,
            database_url=self.postgres.url(AIRFLOW_DATABASE),
            warehouse_url=self.warehouse_url,
            port=self._remembered_port(),
            connections={SOURCE_CONNECTION: self.postgres.url(SOURCE_DATABASE, driver="postgres")},
        )

    @property
    def api(self) -> AirflowApi:
        """A client of the running Airflow."""
        return AirflowApi.of(self.settings)

    def start_postgres(self) -> None:
        """Start the embedded server and create its databases."""
        port_file = self.postgres.folder / "port"
        if port_file.exists() and not self.postgres.is_running() and not _is_free(self.postgres.port):
            # somebody else took the remembered port since
            port_file.write_text(str(free_port()))
        self.postgres.start()
        for name in (AIRFLOW_DATABASE, WAREHOUSE_DATABASE, SOURCE_DATABASE):
            self.postgres.create_database(name)

    @property
    def source_url(self) -> str:
        """SQLAlchemy URL of the database that stands for a department's own system."""
        return self.postgres.url(SOURCE_DATABASE, driver="postgresql+psycopg")

    @property
    def feeds(self) -> Path:
        """Where ``feeds://`` points to."""
        return Path(os.environ.get("CREDIT_GRADING_FEEDS", self.state / "feeds")).resolve()

    @property
    def data_docs(self) -> Path:
        """Index page of the Data Docs."""
        return self.state / "data_docs" / "index.html"

    def migrate(self) -> None:
        """Bring Airflow's database up to date and create the pools. Raises ServiceFailed with the log's end."""
        self.settings.write_files()
        with psycopg.connect(self.postgres.url(AIRFLOW_DATABASE), autocommit=True) as connection:
            # the database itself says for which version it was prepared: a copy or a lost one cannot mislead
            if connection.execute(MIGRATED).fetchone() == (self._prepared_for(),):
                return
            self._call("migrate", [sys.executable, "-m", "credit_grading.platform.migrate"])
            note = sql.SQL("comment on database {} is {}")
            connection.execute(note.format(sql.Identifier(AIRFLOW_DATABASE), sql.Literal(self._prepared_for())))

    def _prepared_for(self) -> str:
        return f"airflow {version('apache-airflow-core')} pools {json.dumps(POOLS, sort_keys=True)}"

    def parse_dbt(self) -> None:
        """Parse the dbt project once, so that every task starts from what dbt remembers of it."""
        self._call("dbt-parse", [sys.executable, "-m", "credit_grading.platform.parse_dbt"])

    def _call(self, name: str, command: list[str]) -> None:
        self.run_folder.mkdir(parents=True, exist_ok=True)
        log = self.run_folder / f"{name}.log"
        with log.open("wb") as stream:
            code = subprocess.run(
                command, env=self.settings.environment(), stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
                check=False, cwd="/",
            ).returncode  # fmt: skip
        if code:
            tail = log.read_text(encoding="utf-8", errors="replace")[-3000:]
            raise ServiceFailed(f"{name} failed; end of {log}:\n{tail}")

    def start_airflow(self) -> None:
        """Start the components; returns at once, `wait_until_healthy` says when they are ready."""
        environment = self.settings.environment()
        for name, component in self.components.items():
            component.start([sys.executable, "-m", "airflow", *COMPONENTS[name]], environment)

    def wait_until_healthy(self, on_wait: Callable[[], None] = lambda: None) -> None:
        """Return once the API, the scheduler and the DAG processor all report health. Raises ServiceFailed."""
        end = time.monotonic() + START_SECONDS
        is_warm = False
        while True:
            ended = [component for component in self.components.values() if not component.is_running()]
            if ended:
                raise ServiceFailed(f"{ended[0].name} ended; end of {ended[0].log_file}:\n{ended[0].tail()}")
            if not is_warm and self.api.is_answering():
                self.api.warm_up()
                is_warm = True
            if self.api.is_healthy():
                return
            if time.monotonic() > end:
                slow = "\n".join(f"{part.log_file}:\n{part.tail(8)}" for part in self.components.values())
                raise ServiceFailed(f"Airflow was not ready after {START_SECONDS:.0f} s; ends of the logs:\n{slow}")
            on_wait()
            time.sleep(0.2)

    def is_running(self) -> bool:
        """Whether Postgres and every component run."""
        return self.postgres.is_running() and all(part.is_running() for part in self.components.values())

    def stop(self) -> list[str]:
        """Stop everything; returns the names of what still runs (none, unless something is badly wrong)."""
        with ThreadPoolExecutor(len(self.components)) as pool:
            list(pool.map(Component.stop, self.components.values()))
        self._stop_postgres()
        self.release()
        left = [name for name, part in self.components.items() if part.is_running()]
        return left + (["postgres"] if self.postgres.is_running() else [])

    def _stop_postgres(self) -> None:
        try:
            server = Identity.of(int((self.postgres.folder / "data" / "postmaster.pid").read_text().split()[0]))
        except (OSError, ValueError, IndexError, psutil.Error):
            server = None
        self.postgres.stop()
        # pg_ctl is content when the pid file is gone, a moment before the process is
        end = time.monotonic() + 5
        while server and server.process() is not None and time.monotonic() < end:
            time.sleep(0.02)

    def claim(self, purpose: str) -> None:
        """Note who started the services and why: ``up`` keeps them, ``demo`` ends with its command."""
        identity = Identity.of(os.getpid())
        self.run_folder.mkdir(parents=True, exist_ok=True)
        note = {"purpose": purpose, "pid": identity.pid, "started": identity.started}
        (self.run_folder / "claim.json").write_text(json.dumps(note))

    def claimed_for(self) -> str | None:
        """``up``; ``demo`` while that demo lives; None when nobody claims what may still run."""
        try:
            note = json.loads((self.run_folder / "claim.json").read_text())
        except (FileNotFoundError, ValueError):
            return None
        if note["purpose"] == "up":
            return "up"
        owner = Identity(note["pid"], note["started"])
        return "demo" if owner.process() is not None else None

    def release(self) -> None:
        """Nobody claims the services any longer."""
        (self.run_folder / "claim.json").unlink(missing_ok=True)

    def _remembered_port(self) -> int:
        file = self.run_folder / "api-port"
        self.run_folder.mkdir(parents=True, exist_ok=True)
        with self._choosing_port:
            remembered = int(file.read_text()) if file.exists() else 0
            if remembered and (self.components["api-server"].is_running() or _is_free(remembered)):
                return remembered
            port = free_port()
            file.write_text(str(port))
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
