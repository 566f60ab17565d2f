"""Every setting of the local Airflow in one place, as environment variables: no airflow.cfg is edited."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from credit_grading import paths
from credit_grading.landing.person_keys import VARIABLE as PERSON_KEY_VARIABLE
from credit_grading.landing.person_keys import configured_key
from credit_grading.platform.keys import keep_person_key, keep_secrets, write_private
from credit_grading.warehouse.connection import VARIABLE as WAREHOUSE_VARIABLE

ADMIN = "admin"

# Slots: `sources` spares the departments' systems; `warehouse` lets one grading task write at a time.
POOLS = {
    "sources": (4, "Feeds received at the same time (同时接收的数据源)"),
    "warehouse": (1, "One grading step at a time (评价步骤逐一执行)"),
}

# LocalExecutor forks its workers from the scheduler: what the scheduler has imported, every task has too.
# freeze() keeps the garbage collector from touching, and so copying, the pages they share.
LOCAL_SETTINGS = '''"""Written by credit_grading.platform.settings; changes here are lost."""

import sys

if "scheduler" in sys.argv:
    import gc

    import dbt.adapters.postgres
    import dbt.cli.main
    import dbt.task.build
    import great_expectations
    import great_expectations.expectations
    import psycopg

    import credit_grading.operators

    gc.collect()
    gc.freeze()
'''


@dataclass(frozen=True)
class AirflowSettings:
    """What one local Airflow needs to know.

    Args:
        state: the folder for everything it leaves behind.
        database_url: libpq URL of Airflow's own database.
        warehouse_url: libpq URL of the warehouse.
        port: of the API server and its pages, on 127.0.0.1.
        connections: Airflow connection id → URI of a department's source.
    """

    state: Path
    database_url: str
    warehouse_url: str
    port: int
    connections: Mapping[str, str]

    @property
    def home(self) -> Path:
        """AIRFLOW_HOME."""
        return self.state / "airflow"

    @property
    def address(self) -> str:
        """Where the pages and the API answer."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def passwords_file(self) -> Path:
        """Where the simple auth manager looks its users' passwords up."""
        return self.home / "passwords.json"

    def write_files(self) -> None:
        """Write what Airflow reads from files: the pre-import of heavy libraries, and the login."""
        config = self.home / "config"
        config.mkdir(parents=True, exist_ok=True)
        (config / "airflow_local_settings.py").write_text(LOCAL_SETTINGS, encoding="utf-8")
        write_private(self.passwords_file, json.dumps({ADMIN: keep_secrets(self.state).admin_password}))

    def environment(self) -> dict[str, str]:
        """The environment of every Airflow process: this process's own, cleaned, with the settings laid over."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
        # without byte code on disk every task would compile its imports again
        own.pop("PYTHONDONTWRITEBYTECODE", None)
        connections = {f"AIRFLOW_CONN_{name.upper()}": uri for name, uri in self.connections.items()}
        return own | self._airflow() | self._project() | connections

    def _project(self) -> dict[str, str]:
        packages = [str(paths.home() / "plugins"), os.environ.get("PYTHONPATH", "")]
        return {
            "CREDIT_GRADING_HOME": str(paths.home()),
            "CREDIT_GRADING_STATE": str(self.state),
            WAREHOUSE_VARIABLE: self.warehouse_url,
            PERSON_KEY_VARIABLE: configured_key() or keep_person_key(self.state),
            "PYTHONPATH": os.pathsep.join(part for part in packages if part),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
            "PYTHONUTF8": "1",
            "DO_NOT_TRACK": "1",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "GX_ANALYTICS_ENABLED": "false",
            # macOS and proxies: nothing here talks to anything but this machine
            "NO_PROXY": "127.0.0.1,localhost",
        }

    def _airflow(self) -> dict[str, str]:
        secrets = keep_secrets(self.state)
        options = {
            "CORE__DAGS_FOLDER": paths.home() / "dags",
            "CORE__PLUGINS_FOLDER": paths.home() / "plugins",
            "CORE__LOAD_EXAMPLES": False,
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": False,
            "CORE__EXECUTOR": "LocalExecutor",
            # tasks inherit the scheduler's imports only by fork
            "CORE__MP_START_METHOD": "fork",
            "CORE__PARALLELISM": 4,
            "CORE__FERNET_KEY": secrets.fernet_key,
            "CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
            "CORE__DAGBAG_IMPORT_ERROR_TRACEBACKS": True,
            "CORE__EXECUTION_API_SERVER_URL": f"{self.address}/execution/",
            "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": self.passwords_file,
            "DATABASE__SQL_ALCHEMY_CONN": self.database_url.replace("postgresql://", "postgresql+psycopg2://", 1),
            "DATABASE__LOAD_DEFAULT_CONNECTIONS": False,
            "API__HOST": "127.0.0.1",
            "API__PORT": self.port,
            "API__BASE_URL": self.address,
            "API__WORKERS": 1,
            "API__EXPOSE_CONFIG": False,
            "API_AUTH__JWT_SECRET": secrets.jwt_secret,
            "API_AUTH__JWT_ISSUER": "credit-grading",
            "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.2,
            "DAG_PROCESSOR__REFRESH_INTERVAL": 10,
            "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": 10,
            "DAG_PROCESSOR__PARSING_PROCESSES": 2,
            "LOGGING__BASE_LOG_FOLDER": self.home / "logs",
            "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": self.home / "logs" / "dag_processor",
        }
        return {"AIRFLOW_HOME": str(self.home)} | {f"AIRFLOW__{name}": str(value) for name, value in options.items()}
