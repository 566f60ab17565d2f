"""Child processes that outlive the command that started them, known by pid file and never mistaken for another's."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

# the clock behind a process's start time may be adjusted by that much while it runs
START_TOLERANCE_SECONDS = 2.0


@dataclass(frozen=True)
class Identity:
    """A pid is used again by the system; pid and start time together are not."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> "Identity":
        """Identity of a process that runs now. Raises psutil.NoSuchProcess."""
        return cls(pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """The process, while it lives and is still the same one."""
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.started) < START_TOLERANCE_SECONDS
            return found if same and found.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


class Component:
    """One long-running program, in a session of its own so that a Ctrl-C at the terminal does not reach it.

    Args:
        name: of its pid and log file.
        folder: where those two live.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.pid_file = folder / f"{name}.pid.json"
        self.log_file = folder / f"{name}.log"

    def start(self, command: list[str], environment: Mapping[str, str]) -> None:
        """Start it unless it runs already."""
        if self.is_running():
            return
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as log:
            started = subprocess.Popen(
                command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, cwd="/",
            )  # fmt: skip
        identity = Identity.of(started.pid)
        self.pid_file.write_text(json.dumps({"pid": identity.pid, "started": identity.started}))

    def is_running(self) -> bool:
        """Whether the very process that was started still lives."""
        self._reap()
        identity = self._identity()
        return identity is not None and identity.process() is not None

    def tail(self, lines: int = 20) -> str:
        """The end of its log."""
        if not self.log_file.exists():
            return "(no log)"
        return "\n".join(self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def stop(self, patience: float = 20.0) -> None:
        """Ask it to end (SIGINT), insist (SIGTERM, then SIGKILL), and end whatever it left behind in its session."""
        identity = self._identity()
        if identity is None:
            return
        process = identity.process()
        family = _session_of(identity)
        if process is not None:
            family += _descendants(process)
            for signal_number, seconds in ((signal.SIGINT, patience), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
                _send(process, signal_number)
                if self._wait(identity, seconds):
                    break
        _end(family)
        self._reap()
        self.pid_file.unlink(missing_ok=True)

    def _identity(self) -> Identity | None:
        try:
            return Identity(**json.loads(self.pid_file.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _wait(self, identity: Identity, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._reap()
            if identity.process() is None:
                return True
            time.sleep(0.05)
        return False

    def _reap(self) -> None:
        """Collect the exit status where we are the parent, so that an ended child is not counted as a process."""
        identity = self._identity()
        if identity is None:
            return
        try:
            os.waitpid(identity.pid, os.WNOHANG)
        except ChildProcessError:
            return


def _session_of(leader: Identity) -> list[psutil.Process]:
    """Processes of the session that `leader` opened, also when the leader itself was killed.

    While one of them lives, the system gives the leader's pid to nobody else. A leader's pid that
    belongs to another process therefore means that the whole session is gone.
    """
    if leader.process() is None and psutil.pid_exists(leader.pid):
        return []
    return [
        process for process in psutil.process_iter()
        if _session_id(process.pid) == leader.pid and _is_younger(process, leader)
    ]  # fmt: skip


def _session_id(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _is_younger(process: psutil.Process, leader: Identity) -> bool:
    try:
        return bool(process.create_time() >= leader.started - START_TOLERANCE_SECONDS)
    except psutil.Error:
        return False


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _send(process: psutil.Process, signal_number: int) -> None:
    try:
        process.send_signal(signal_number)
    except psutil.NoSuchProcess:
        return


def _end(processes: list[psutil.Process]) -> None:
    # psutil compares start times itself before it signals, so a pid used again is left alone
    _, alive = psutil.wait_procs(processes, timeout=3)
    for process in alive:
        _send(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=3)
