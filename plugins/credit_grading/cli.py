"""The command line: ``python -m credit_grading <command>``."""

import argparse
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from credit_grading import paths
from credit_grading.clerk.command import add_commands as add_feed_commands
from credit_grading.delivery import command as delivery
from credit_grading.evaluation import command as regrading
from credit_grading.quarantine import command as quarantine
from credit_grading.rulebook.command import add_commands
from credit_grading.supervision import draw_command, review_command, warning_command
from credit_grading.supervision.command import add_commands as add_repair_commands
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.what_if import command as trying

# platformdirs complains where a machine has no login session; nothing here needs its runtime folder
warnings.filterwarnings("ignore", module="platformdirs")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code. Errors that have a name are one message, not a traceback."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except KeyboardInterrupt:
        print("\n已中断 interrupted", file=sys.stderr)
        return 130
    except (RuntimeError, ValueError, OSError, LookupError, psycopg.Error) as problem:
        print(f"\n{type(problem).__name__}: {problem}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="credit-grading", description="信用分级分类监管 from feeds to published grades"
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, command: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(command=command)
        return added

    demo = add("demo", _demo, "generate a small city and grade it through the real scheduler")
    demo.add_argument("--firms", type=int, help="size of the city (default: the generator's)")
    demo.add_argument("--seed", type=int, help="another city (default: the generator's)")
    add("up", _up, "keep Postgres and Airflow running; prints address and login")
    add("down", _down, "stop what up started")
    add("status", _status, "what runs, and the last release")
    add("report", _report, "rows per feed, grades, verdicts, one explained grade")
    explain = add("explain", _explain, "explain one published grade line by line")
    explain.add_argument("rulebook", help="e.g. public_credit")
    explain.add_argument("subject", help="unified social credit code, or another subject key")
    explain.add_argument("facet", nargs="?", default="", help="where a rulebook grades per facet")
    add_commands(commands.add_parser("rulebook", help="check rulebooks, explain one, say what changed"))
    quarantine.add_commands(commands.add_parser("quarantine", help="rejected rows: export, void, ageing"), _workbench)
    warning_command.add_commands(
        commands.add_parser("warnings", help="check warning rules, list what holds"), _workbench
    )
    add_feed_commands(commands.add_parser("feed", help="check a file, make templates, suggest bounds"), _workbench)
    review_command.add_commands(commands.add_parser("review", help="grades that lie apart: list, show"), _workbench)
    draw_command.add_commands(commands.add_parser("draw", help="double-random draws: commit, run, verify"), _workbench)
    add_repair_commands(commands, _workbench)
    delivery.add_arguments(add("deliver", _deliver, "bring departments the releases that they lack"))
    regrading.add_arguments(add("regrade", _regrade, "grade a past day again, or what a publication released"))
    trying.add_arguments(add("what-if", _what_if, "try draft rulebooks beside the current ones; nothing is published"))
    acceptance = add("acceptance", _acceptance, "recompute real published snapshots and compare")
    acceptance.add_argument("folder", help="folder with the real snapshots")
    return parser


def _demo(options: argparse.Namespace) -> int:
    from credit_grading.platform.demo import Demo, DemoFailed
    from credit_grading.platform.services import Services

    services = Services()
    demo = Demo(services, firms=options.firms, seed=options.seed)
    with _borrowed_or_own(services):
        try:
            demo.run()
        except DemoFailed as failed:
            print(f"\n{failed}", file=sys.stderr)
            return 1
    return 0


@contextmanager
def _borrowed_or_own(services: Any) -> Iterator[None]:
    """Use the services that ``up`` runs and leave them; start our own otherwise, and leave no process behind."""
    claimed = services.claimed_for()
    if claimed == "demo":
        raise RuntimeError(f"另一个演示正在运行 another demo is running on {services.state}")
    if claimed == "up" and services.is_running():
        yield
        return
    signal.signal(signal.SIGTERM, _interrupt)
    # what a killed command left behind
    services.stop()
    services.claim("demo")
    try:
        yield
    finally:
        _stop(services)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _stop(services: Any) -> None:
    # a second Ctrl-C must not leave half of it running
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    print("停止服务 stopping …", flush=True)
    left = services.stop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if left:
        raise RuntimeError(f"仍在运行 still running: {', '.join(left)}")


def _up(_: argparse.Namespace) -> int:
    from credit_grading.platform.progress import Progress
    from credit_grading.platform.services import Services

    services = Services()
    if services.claimed_for() == "demo":
        raise RuntimeError(f"演示正在运行 a demo is running on {services.state}; wait for it or press Ctrl-C there")
    progress = Progress()
    if not (services.claimed_for() == "up" and services.is_running()):
        services.stop()
        services.claim("up")
        try:
            with progress.stage("启动 Postgres start Postgres"):
                services.start_postgres()
            with progress.stage("准备 Airflow 数据库 migrate"):
                services.migrate()
            with progress.stage("启动 Airflow start scheduler, DAG processor, API"):
                services.start_airflow()
                services.wait_until_healthy()
        except BaseException:
            _stop(services)
            raise
    _print_login(services)
    return 0


def _print_login(services: Any) -> None:
    from credit_grading.platform.keys import keep_secrets
    from credit_grading.platform.settings import ADMIN

    print(f"""
  Airflow     {services.settings.address}
  login       {ADMIN} / {keep_secrets(services.state).admin_password}
  warehouse   {services.warehouse_url}
  logs        {services.run_folder}
  stop        make down""")


def _down(_: argparse.Namespace) -> int:
    from credit_grading.platform.services import Services

    services = Services()
    left = services.stop()
    print("已停止 stopped" if not left else f"仍在运行 still running: {', '.join(left)}")
    return 1 if left else 0


def _status(_: argparse.Namespace) -> int:
    from credit_grading.platform.services import Services
    from credit_grading.report import last_release

    services = Services()
    running = {name: part.is_running() for name, part in services.components.items()}
    running["postgres"] = services.postgres.is_running()
    for name, runs in sorted(running.items()):
        print(f"  {name:<14} {'运行 running' if runs else '停止 stopped'}")
    if running["postgres"]:
        with psycopg.connect(services.warehouse_url) as connection:
            has_releases = connection.execute("select to_regclass('sharing.publication')").fetchone() != (None,)
            print(f"  {(last_release(connection) if has_releases else None) or '尚无发布 nothing is published'}")
    return 0


def _report(_: argparse.Namespace) -> int:
    from credit_grading.report import last_release, report

    with _warehouse() as connection:
        print(report(connection))
        print("\n" + (last_release(connection) or "尚无发布 nothing is published"))
    return 0


def _explain(options: argparse.Namespace) -> int:
    from credit_grading.publication.explain import explain

    with _warehouse() as connection:
        print(explain(connection, options.rulebook, options.subject, options.facet))
    return 0


def _deliver(options: argparse.Namespace) -> int:
    return 1 if delivery.run(options, _workbench) else 0


def _regrade(options: argparse.Namespace) -> int:
    with _workbench() as connection:
        result = regrading.run(connection, options)
    print("\n".join(regrading.told(result)))
    return 1 if result.different else 0


def _what_if(options: argparse.Namespace) -> int:
    with _workbench() as connection:
        print(trying.what_if(connection, options))
    return 0


def _acceptance(options: argparse.Namespace) -> int:
    from credit_grading.acceptance import run

    return int(run.main([options.folder]))


@contextmanager
def _workbench() -> Iterator[psycopg.Connection]:
    """The warehouse for a command that evaluates: prepared, every statement committed at once."""
    from credit_grading.warehouse.prepare import prepare

    with _warehouse() as connection:
        connection.autocommit = True
        prepare(connection)
        yield connection


@contextmanager
def _warehouse() -> Iterator[psycopg.Connection]:
    """The configured warehouse; else the embedded one, started for this command where it does not run."""
    if os.environ.get(VARIABLE):
        with psycopg.connect(os.environ[VARIABLE]) as connection:
            yield connection
        return
    from credit_grading.platform.services import Services

    services = Services()
    if not (paths.state() / "postgres").exists():
        raise RuntimeError(f"{paths.state()} 中没有数据仓库 holds no warehouse yet: run the demo first")
    was_running = services.postgres.is_running()
    services.postgres.start()
    # dbt reads the address from the environment
    os.environ[VARIABLE] = services.warehouse_url
    try:
        with psycopg.connect(services.warehouse_url) as connection:
            yield connection
    finally:
        del os.environ[VARIABLE]
        if not was_running:
            services.postgres.stop()
