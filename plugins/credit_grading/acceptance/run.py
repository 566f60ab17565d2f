"""Take published snapshots through the real pipeline and compare: ingest, staging, thematic, evaluation."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from credit_grading import paths
from credit_grading.acceptance.compare import Comparison, compare
from credit_grading.acceptance.snapshot import Snapshot, SnapshotMissing, deliver, find_snapshots
from credit_grading.department.model import Department, Feed
from credit_grading.sources.location import VARIABLE as FEEDS_VARIABLE
from credit_grading.warehouse.connection import VARIABLE as WAREHOUSE_VARIABLE

CONTRACT = "construction_integrity_points"
RULEBOOK = "construction_integrity"
DATABASE = "acceptance"
DBT_TARGET_VARIABLE = "CREDIT_GRADING_DBT_TARGET"
LAYERS = ("staging", "thematic", "evaluation")


class WarehouseNotEmpty(RuntimeError):
    """The warehouse already holds batches: real snapshots must not mix with a department's records."""


def main(arguments: list[str] | None = None) -> int:
    """Run the acceptance: exit code 0 accepted, 1 mismatches, 2 it could not be run."""
    parser = argparse.ArgumentParser(prog="acceptance", description="Compare our scores and grades with published ones")
    folder = parser.add_mutually_exclusive_group(required=True)
    folder.add_argument("--real", type=Path, help="folder with yichang_credit_<YYYY-MM-DD>.csv")
    folder.add_argument("folder", type=Path, nargs="?", help="the same")
    options = parser.parse_args(arguments)
    try:
        return 0 if accept(options.real or options.folder) else 1
    except (SnapshotMissing, WarehouseNotEmpty) as problem:
        print(problem, file=sys.stderr)
        return 2


def accept(real: Path, out: Callable[[str], None] = print) -> bool:
    """Run the acceptance on every snapshot of the folder, oldest first, and print what was found.

    The snapshots are read from ``real`` alone; copies lie under the state folder and are removed at the end.
    Returns whether everything published was matched. Raises SnapshotMissing, WarehouseNotEmpty, or the errors
    of the pipeline.
    """
    snapshots = find_snapshots(real)
    folder = paths.state() / "acceptance"
    # a target folder of its own: the demo may be running dbt at the same time
    target = os.environ.get(DBT_TARGET_VARIABLE, str(folder / "dbt"))
    with _warehouse(folder), _feeds(folder / "feeds") as feeds, _environment(DBT_TARGET_VARIABLE, target):
        from credit_grading.warehouse.connection import connect

        with connect(autocommit=True) as connection:
            department, feed = _prepare(connection)
            results = []
            for snapshot in snapshots:
                deliver(snapshot, feeds / department.id / CONTRACT)
                comparison = _take_through(connection, department, feed, snapshot)
                out(_described(snapshot, comparison))
                results.append(comparison)
    passed = all(result.passed for result in results)
    scores, grades = (sum(getattr(result, name) for result in results) for name in ("score_matches", "grade_matches"))
    verdict = "通过 ACCEPTED" if passed else "未通过 NOT ACCEPTED"
    out(f"{verdict}: {len(results)} 个快照 snapshots，得分一致 scores {scores:,}，等级一致 grades {grades:,}")
    return passed


@contextmanager
def _warehouse(folder: Path) -> Iterator[None]:
    """The configured warehouse, or an embedded one with a fresh database, stopped at the end."""
    if os.environ.get(WAREHOUSE_VARIABLE):
        yield
        return
    from credit_grading.warehouse.embedded import EmbeddedPostgres

    server = EmbeddedPostgres(folder / "postgres", {"fsync": "off"})
    server.start()
    try:
        _drop(server.url())
        server.create_database(DATABASE)
        with _environment(WAREHOUSE_VARIABLE, server.url(DATABASE)):
            yield
        # nothing of the real data stays behind
        _drop(server.url())
    finally:
        server.stop()


def _drop(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'drop database if exists "{DATABASE}" with (force)'.encode())


@contextmanager
def _feeds(folder: Path) -> Iterator[Path]:
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with _environment(FEEDS_VARIABLE, str(folder)):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


def _prepare(connection: psycopg.Connection) -> tuple[Department, Feed]:
    from credit_grading.contract.load import load_contracts
    from credit_grading.department.load import load_departments
    from credit_grading.landing.tables import ensure_landing_tables
    from credit_grading.rulebook.load import load_rulebooks
    from credit_grading.transform.dbt import run_dbt
    from credit_grading.warehouse.prepare import prepare

    prepare(connection)
    row = connection.execute("select count(*) from landing.batch").fetchone()
    if row and row[0]:
        raise WarehouseNotEmpty(
            f"the warehouse in {WAREHOUSE_VARIABLE} holds {row[0]} batches; give acceptance an empty database, "
            "or unset the variable for one of its own"
        )
    ensure_landing_tables(connection, load_contracts())
    load_rulebooks(connection)
    run_dbt("seed")
    found = [(department, feed) for department in load_departments() for feed in department.feeds
             if feed.contract_id == CONTRACT]  # fmt: skip
    return found[0]


def _take_through(connection: psycopg.Connection, department: Department, feed: Feed, snapshot: Snapshot) -> Comparison:
    from credit_grading.evaluation.run import open_run, set_state
    from credit_grading.landing.receive import receive_feed
    from credit_grading.transform.dbt import run_dbt

    outcome = receive_feed(connection, department, feed, open_connection=_no_connection)
    run_id = open_run(connection, snapshot.day, f"acceptance {snapshot.day}")
    run_dbt("run", "--select", *(f"path:models/{layer}" for layer in LAYERS))
    set_state(connection, run_id, "evaluated")
    result = compare(connection, outcome.batches)
    set_state(connection, run_id, "abandoned", "acceptance: compared with what was published, never released")
    return result


def _no_connection(connection_id: str) -> str:
    raise RuntimeError(f"the snapshots are files: connection {connection_id} is not needed")


def _described(snapshot: Snapshot, result: Comparison) -> str:
    versions = ", ".join(f"v{version}（{rows:,} 行）" for version, rows in sorted(result.rulebook_versions.items()))
    kinds = ", ".join(f"{kind} {number:,}" for kind, number in result.subject_kinds.items())
    lines = [
        f"── {snapshot.path.name}  评价日 as of {snapshot.day}  {RULEBOOK} {versions or '—'} ──",
        f"  行 rows               接收 landed {result.rows:,} = 入库 accepted {result.accepted:,}"
        f" + 隔离 quarantined {result.quarantined:,}；未评价 not evaluated {result.not_evaluated:,}",
        f"  主体 subjects         {kinds}（没有统一社会信用代码的主体与有代码的分开 kept apart from coded ones）",
        f"  诚信分值 score        一致 match {result.score_matches:,}  不一致 mismatch {result.score_mismatches:,}"
        f"  未公布 not published {result.without_score:,}",
        f"  诚信等级 grade        一致 match {result.grade_matches:,}  不一致 mismatch {result.grade_mismatches:,}"
        f"  两边均无等级 none on either side {result.both_without_grade:,}（无评分资质 no scored qualification）",
    ]
    if result.graded_without_detail:
        lines.append(
            f"  说明 note             {result.graded_without_detail:,} 行的明细只重复类别却公布了等级：这类行是否参评，"
            "各分项不能说明，以公布方有无等级为准；得分与等级只由分项计算\n"
            "    These rows are graded although their detail only repeats the trade: whether such a row is graded "
            "follows the\n    register's own silence; score and grade follow the parts alone."
        )
    lines += [f"  ✗ {mismatch}" for mismatch in result.first_mismatches]
    return "\n".join(lines)
