"""The demo: a small city's feeds become published grades, through the real scheduler."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from credit_grading.platform.pending import pending_reason
from credit_grading.platform.progress import Progress
from credit_grading.platform.services import Services
from credit_grading.platform.today import city_today, generated_city_day, set_generated_city_day
from credit_grading.report import last_release, report

GRADE = "grade"
# what a publication starts by itself
FOLLOWING = ("supervise", "deliver")
# how long an asset event may take to become a run before the demo asks for the run itself
ASSET_SECONDS = 20.0
RUN_SECONDS = 1800.0

GENERATE, MIGRATE = "生成城市数据 generate the city", "准备 Airflow 数据库 migrate"
INGEST, GRADING = "接收部门数据 ingest", "评价、闸门、发布 grade, gate, publish"
FOLLOWING_UP = "发布后监管与推送 supervise, deliver"


class DemoFailed(RuntimeError):
    """A run was red, or something did not come up. The message is for the person at the terminal."""


@dataclass
class Demo:
    """One demo on one state folder.

    Args:
        services: the platform; running ones are used and left running, others are started and stopped.
        firms, seed: of the generated city; None = the generator's own.
        out: where lines go.
    """

    services: Services
    firms: int | None = None
    seed: int | None = None
    out: Callable[[str], None] = print
    progress: Progress = field(default_factory=Progress)
    details: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    red: list[str] = field(default_factory=list)
    _all_announced: bool = False

    def run(self) -> None:
        """From nothing to published grades. Raises DemoFailed; whatever it started is stopped by its caller."""
        self._start()
        landed = self._ingest()
        before = {dag_id: self._runs(dag_id) for dag_id in FOLLOWING}
        reason = self._grade()
        if reason is not None and not self.red:
            self._follow_up(before)
        with psycopg.connect(self.services.warehouse_url) as connection:
            self.out("\n" + report(connection, _story(self.services.feeds)))
            self.out("\n" + (last_release(connection) or "尚无发布 nothing is published"))
        if not landed and reason is None:
            self.out("没有新数据 nothing new: 数据与等级保持不变 feeds and grades are as they were")
        self._say_where()
        self.out("\n── 用时 time per stage ──\n" + self.progress.table(self.details))
        if self.red:
            raise DemoFailed("\n".join(self.red))

    def _start(self) -> None:
        if self.services.is_running():
            self.out("使用已运行的服务 using the services that `up` keeps running")
            self._generate()
            return
        with self.progress.stage("启动 Postgres start Postgres"):
            self.services.start_postgres()
        with self.progress.stage("准备 migrate Airflow · generate the city · parse dbt"):
            parts: dict[str, Callable[[], None]] = {
                MIGRATE: self.services.migrate, GENERATE: self._generate, "解析 dbt parse": self.services.parse_dbt
            }  # fmt: skip
            with ThreadPoolExecutor(len(parts)) as pool:
                for future in [pool.submit(work) for work in parts.values()]:
                    future.result()
        with self.progress.stage("启动 Airflow start scheduler, DAG processor, API") as stage:
            self.services.start_airflow()
            self.services.wait_until_healthy(lambda: stage.note(self.services.settings.address))

    def _generate(self) -> None:
        from credit_grading.city import generate

        wanted = {"seed": self.seed or generate.SEED, "firms": self.firms or generate.FIRMS}
        set_generated_city_day(generate.AS_OF.isoformat(), self.services.state)
        if _city_of(self.services.feeds) == wanted:
            return
        generate.generate_city(
            self.services.feeds, self.services.source_url, seed=wanted["seed"], firms=wanted["firms"]
        )

    def _ingest(self) -> bool:
        api = self.services.api
        with self.progress.stage(INGEST) as stage:
            dag_ids = self._wait_for_dags(stage.note)
            runs = {dag_id: api.trigger(dag_id) for dag_id in dag_ids}
            for number, (dag_id, run_id) in enumerate(runs.items(), 1):
                state = api.wait(dag_id, run_id, RUN_SECONDS)
                stage.note(f"{number}/{len(runs)} {dag_id} {state}")
                if state != "success":
                    self._explain_red(dag_id, run_id)
        live = live_tasks()
        states = [
            task["state"]
            for dag_id, run_id in runs.items()
            for task in api.tasks(dag_id, run_id)
            if task["task_id"] in live[dag_id]
        ]
        self._all_announced = all(state == "success" for state in states)
        return "success" in states

    def _wait_for_dags(self, note: Callable[[str], None]) -> list[str]:
        expected = set(live_tasks())
        wanted = expected | {GRADE, *FOLLOWING}
        end = time.monotonic() + 60
        while True:
            found = {dag["dag_id"] for dag in self.services.api.dags() if not dag["is_paused"]}
            if wanted <= found:
                return sorted(expected)
            errors = self.services.api.import_errors()
            if errors:
                texts = "\n".join(f"{error['filename']}:\n{error['stack_trace']}" for error in errors)
                raise DemoFailed(f"DAG 文件有错 DAG files with mistakes:\n{texts}")
            if time.monotonic() > end:
                raise DemoFailed(f"Airflow has not parsed {sorted(wanted - found)}")
            note("等待 DAG waiting for DAGs")
            time.sleep(0.3)

    def _grade(self) -> str | None:
        """Wait for the run that the assets start; where not every feed announced, ask for one.

        Returns why there was something to grade, or None.
        """
        day = date.fromisoformat(generated_city_day(self.services.state) or "")
        with psycopg.connect(self.services.warehouse_url) as connection:
            reason = pending_reason(connection, day)
        if reason is None:
            return None
        api = self.services.api
        with self.progress.stage(GRADING) as stage:
            run_id = self._asset_run() or api.trigger(GRADE)
            self._watch(GRADE, run_id, stage.note)
        tasks = sorted(api.tasks(GRADE, run_id), key=lambda task: task["start_date"] or "~")
        self.details[GRADING] = [(task["task_id"], task["duration"]) for task in tasks if task["duration"]]
        return reason

    def _follow_up(self, before: dict[str, set[str]]) -> None:
        """Wait for what the publication starts, so that nothing of it is cut off when the services stop."""
        with self.progress.stage(FOLLOWING_UP) as stage:
            for dag_id in FOLLOWING:
                end = time.monotonic() + ASSET_SECONDS
                while not (started := self._runs(dag_id) - before[dag_id]) and time.monotonic() < end:
                    time.sleep(0.2)
                for run_id in started or {self.services.api.trigger(dag_id)}:
                    self._watch(dag_id, run_id, stage.note)

    def _runs(self, dag_id: str) -> set[str]:
        return {str(run["dag_run_id"]) for run in self.services.api.runs(dag_id)}

    def _watch(self, dag_id: str, run_id: str, note: Callable[[str], None]) -> None:
        """Wait for the end of a run; a red one is explained with the log of what failed."""
        api = self.services.api
        end = time.monotonic() + RUN_SECONDS
        while (state := str(api.run(dag_id, run_id)["state"])) not in ("success", "failed"):
            note(_running(api.tasks(dag_id, run_id)))
            if time.monotonic() > end:
                raise DemoFailed(f"{dag_id} did not end within {RUN_SECONDS:.0f} s")
            time.sleep(0.3)
        note(f"{state}, {run_id.split('__', maxsplit=1)[0]}")
        if state != "success":
            self._explain_red(dag_id, run_id)

    def _asset_run(self) -> str | None:
        end = time.monotonic() + (ASSET_SECONDS if self._all_announced else 0)
        while True:
            open_runs = [run for run in self.services.api.runs(GRADE) if run["state"] in ("queued", "running")]
            if open_runs:
                return str(open_runs[0]["dag_run_id"])
            if time.monotonic() > end:
                return None
            time.sleep(0.2)

    def _explain_red(self, dag_id: str, run_id: str) -> None:
        api = self.services.api
        for task in api.tasks(dag_id, run_id):
            if task["state"] == "failed":
                tail = api.log(dag_id, run_id, task["task_id"], task["try_number"]).splitlines()[-25:]
                title = f"✗ {dag_id}.{task['task_id']} 失败 failed; 日志末尾 end of its log:"
                self.red.append("\n".join([title, *tail]))
        if not any(dag_id in text for text in self.red):
            self.red.append(f"✗ {dag_id} {run_id} 失败 failed")

    def _say_where(self) -> None:
        docs = self.services.data_docs
        self.out(f"""
── 在哪里 where ──
  Data Docs       {docs if docs.exists() else "(not built)"}
  共享表 sharing   {self.services.warehouse_url}  schema sharing (served while `up` runs)
  Airflow         {self.services.settings.address}  user admin, password in {self.services.state / "secrets.json"}
  推送 deliveries  {self.services.state / "deliveries"}
  数据 feeds       {self.services.feeds}""")


def live_tasks() -> dict[str, set[str]]:
    """The announcing tasks of the live feeds, by DAG: planned departments are not part of the demo."""
    from credit_grading.department.load import DepartmentFileError, load_departments

    try:
        departments = load_departments()
    except DepartmentFileError as mistakes:
        raise DemoFailed(f"部门文件有错 department files with mistakes:\n{mistakes}") from mistakes
    feeds = {department.id: department.live_feeds(city_today()) for department in departments}
    return {f"ingest_{name}": {f"announce_{feed.id}" for feed in live} for name, live in feeds.items() if live}


def _running(tasks: list[dict[str, Any]]) -> str:
    return ", ".join(task["task_id"] for task in tasks if task["state"] in ("running", "queued"))


def _story(folder: Path) -> str | None:
    """The firm of the city whose records are made to be explained."""
    try:
        code: str = json.loads((folder / "city.json").read_text(encoding="utf-8"))["story_code"]
    except FileNotFoundError:
        return None
    return code


def _city_of(folder: Path) -> dict[str, Any] | None:
    """Seed and size of the city that lies in the folder."""
    try:
        manifest = json.loads((folder / "city.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return {name: manifest[name] for name in ("seed", "firms")}
