"""A small client of Airflow's REST API, for the demo and its tests; standard library only."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from credit_grading.platform.keys import keep_secrets
from credit_grading.platform.settings import ADMIN, AirflowSettings

FINISHED = ("success", "failed")
# proxies of the environment are for other machines
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ApiRefused(RuntimeError):
    """Airflow answered with an error."""


@dataclass
class AirflowApi:
    """One Airflow and one login."""

    address: str
    user: str
    password: str
    _token: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: AirflowSettings) -> "AirflowApi":
        """A client with the local platform's own login."""
        return cls(settings.address, ADMIN, keep_secrets(settings.state).admin_password)

    def is_healthy(self) -> bool:
        """Whether API, database, scheduler and DAG processor are all well."""
        return all(status == "healthy" for status in self._health().values())

    def is_answering(self) -> bool:
        """Whether the API server is up, whatever the others do."""
        return self._health()["metadatabase"] is not None

    def _health(self) -> dict[str, str | None]:
        parts = ("metadatabase", "scheduler", "dag_processor")
        try:
            health = self._send("GET", "/api/v2/monitor/health")
        except (ApiRefused, OSError, ValueError):
            return dict.fromkeys(parts)
        return {part: health[part]["status"] for part in parts}

    def warm_up(self) -> None:
        """Let the API server build what it otherwise builds when the first task reports to it (seconds)."""
        try:
            self._send("GET", "/execution/health")
        except (ApiRefused, OSError, ValueError):
            return

    def dags(self) -> list[dict[str, Any]]:
        """Every DAG that Airflow has parsed."""
        found: list[dict[str, Any]] = self.get("/api/v2/dags?limit=1000")["dags"]
        return found

    def import_errors(self) -> list[dict[str, Any]]:
        """Every DAG file that does not parse."""
        found: list[dict[str, Any]] = self.get("/api/v2/importErrors?limit=100")["import_errors"]
        return found

    def trigger(self, dag_id: str, parameters: dict[str, Any] | None = None) -> str:
        """Start a run; returns its id."""
        body = {"logical_date": None, "conf": parameters or {}}
        return str(self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", body, self._login())["dag_run_id"])

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """One run of a DAG."""
        found: dict[str, Any] = self.get(f"/api/v2/dags/{dag_id}/dagRuns/{urllib.parse.quote(run_id, safe='')}")
        return found

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """Its runs, newest first."""
        found: list[dict[str, Any]] = self.get(f"/api/v2/dags/{dag_id}/dagRuns?order_by=-id&limit=100")["dag_runs"]
        return found

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Its task instances."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{urllib.parse.quote(run_id, safe='')}/taskInstances?limit=1000"
        found: list[dict[str, Any]] = self.get(path)["task_instances"]
        return found

    def log(self, dag_id: str, run_id: str, task_id: str, attempt: int) -> str:
        """The log of one attempt at a task, as plain lines."""
        quoted = urllib.parse.quote(run_id, safe="")
        path = f"/api/v2/dags/{dag_id}/dagRuns/{quoted}/taskInstances/{task_id}/logs/{attempt}"
        content = self.get(path)["content"]
        if not isinstance(content, list):
            return str(content)
        return "\n".join(_log_line(entry) for entry in content)

    def wait(self, dag_id: str, run_id: str, seconds: float = 600) -> str:
        """Wait for a run to end; returns its state. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = str(self.run(dag_id, run_id)["state"])
            if state in FINISHED:
                return state
            time.sleep(0.3)
        raise TimeoutError(f"{dag_id} {run_id} did not end within {seconds:.0f} s")

    def get(self, path: str) -> Any:
        """Any other resource."""
        return self._send("GET", path, token=self._login())

    def _login(self) -> str:
        if self._token is None:
            body = {"username": self.user, "password": self.password}
            self._token = str(self._send("POST", "/auth/token", body, None)["access_token"])
        return self._token

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None, token: str | None = None) -> Any:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.address + path, data=data, headers=headers, method=method)
        try:
            with _opener.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as problem:
            detail = problem.read().decode(errors="replace")[:500]
            raise ApiRefused(f"{method} {path}: {problem.code} {detail}") from problem


def _log_line(entry: Any) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    details = entry.get("error_detail") or []
    problems = [f"  {item.get('exc_type')}: {item.get('exc_value')}" for item in details if isinstance(item, dict)]
    return "\n".join([str(entry.get("event", "")), *problems])
