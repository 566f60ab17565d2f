"""A publishing process is really killed, after each statement and at random moments: old or new, never a mix."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from credit_grading.publication.publish import publish
from credit_grading.warehouse.connection import warehouse_url
from tests.gate.publication_process import NAME
from tests.sharing.releases import Grade, add_grades, empty_candidates, set_candidates, snapshot, verified_run

ROOT = Path(__file__).resolve().parents[2]
START = date(2025, 6, 1)


def one_score(score: int, first: int, last: int) -> list[Grade]:
    """A release in which every subject has the same score, so that a mix of two shows at once."""
    return [Grade("public_credit", f"S{number:05}", Decimal(score)) for number in range(first, last)]


def start(run_id: int, hold_after: int = 0) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.gate.publication_process", str(run_id), str(hold_after)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'plugins'}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        text=True,
    )


def kill(process: "subprocess.Popen[str]", connection: psycopg.Connection[Any]) -> None:
    """Kill without a chance to clean up, and wait until the server has noticed."""
    process.send_signal(signal.SIGKILL)
    process.wait()
    for _ in range(600):
        row = connection.execute(
            "select count(*) from pg_stat_activity where application_name = %s and datname = current_database()",
            (NAME,),
        ).fetchone()
        if row == (0,):
            return
        time.sleep(0.05)
    pytest.fail("the killed process's session did not end")


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def assert_is_candidate(connection: psycopg.Connection[Any]) -> None:
    """sharing is exactly what candidate says, and the change feed has no gap."""
    for table, columns in (("grade", "rulebook_id, subject_key, facet, score, grade"), ("contribution", "*")):
        rows = connection.execute(
            f"select (select count(*) from sharing.{table}) = (select count(*) from candidate.{table}),"
            f" not exists (select {columns} from candidate.{table} except select {columns} from sharing.{table})"
        ).fetchone()
        assert rows == (True, True), table
    assert_gapless(connection)


def assert_gapless(connection: psycopg.Connection[Any]) -> None:
    assert (
        connection.execute(
            "select min(sequence), max(sequence) = count(*), count(distinct publication_id) from sharing.grade_change"
        ).fetchone()
        == connection.execute("select 1, true, count(*) from sharing.publication").fetchone()
    )


def test_killed_after_each_statement_the_old_release_stays(warehouse: psycopg.Connection[Any]) -> None:
    set_candidates(warehouse, START, one_score(70, 0, 40))
    publish(warehouse, verified_run(warehouse, START))
    # 10 subjects leave, 30 change, 10 come
    set_candidates(warehouse, START + timedelta(days=1), one_score(71, 10, 50))
    run_id = verified_run(warehouse, START + timedelta(days=1))
    old = snapshot(warehouse)
    runs = warehouse.execute("select * from evaluation.run order by 1").fetchall()
    kills = 0
    while True:
        process = start(run_id, hold_after=kills + 1)
        assert line(process) == "started"
        answer = line(process)
        if answer.startswith("published"):
            process.wait()
            break
        assert answer == f"held after statement {kills + 1}"
        kill(process, warehouse)
        kills += 1
        assert snapshot(warehouse) == old, f"killed after statement {kills}"
        assert warehouse.execute("select * from evaluation.run order by 1").fetchall() == runs
    # the run that was killed every time succeeds as soon as nobody kills it
    assert answer == f"published 2 with {kills} statements"
    assert kills > 20
    assert_is_candidate(warehouse)
    assert snapshot(warehouse) != old


def test_killed_at_random_moments_it_is_old_or_new(warehouse: psycopg.Connection[Any]) -> None:
    generator = random.Random(20250601)
    set_candidates(warehouse, START, one_score(70, 0, 1500))
    process = start(verified_run(warehouse, START))
    assert line(process) == "started"
    began = time.monotonic()
    assert line(process).startswith("published 1")
    duration = time.monotonic() - began
    process.wait()
    interrupted = 0
    for attempt in range(1, 13):
        as_of = START + timedelta(days=attempt)
        set_candidates(warehouse, as_of, one_score(70 + attempt, attempt * 100, 1500 + attempt * 100))
        run_id = verified_run(warehouse, as_of)
        old = snapshot(warehouse)
        process = start(run_id)
        assert line(process) == "started"
        time.sleep(generator.uniform(0, duration))
        kill(process, warehouse)
        if snapshot(warehouse) == old:
            interrupted += 1
        else:
            assert_is_candidate(warehouse)
        # whatever happened, the same run can be published now, and is published once
        publish(warehouse, run_id)
        assert_is_candidate(warehouse)
        assert warehouse.execute("select count(*), max(publication_id) from sharing.publication").fetchone() == (
            attempt + 1,
            attempt + 1,
        )
    assert interrupted > 0


def test_a_killed_publication_does_not_block_the_next_one(warehouse: psycopg.Connection[Any]) -> None:
    set_candidates(warehouse, START, one_score(70, 0, 5))
    run_id = verified_run(warehouse, START)
    process = start(run_id, hold_after=12)
    assert line(process) == "started"
    assert line(process) == "held after statement 12"
    warehouse.execute("set lock_timeout = '200ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        warehouse.execute("update candidate.grade set score = 0")
    kill(process, warehouse)
    assert publish(warehouse, run_id).publication_id == 1


# Everything that must agree within one release: smallest and largest score, what the lines add up to, the date.
AGREE = (
    "select min(grade.score), max(grade.score), count(*),"
    " (select max(contribution.contribution) + 70 from sharing.contribution),"
    " (select (max(as_of) - date '2025-06-01') from sharing.publication)"
    " from sharing.grade"
)


def read_in_one_statement(connection: psycopg.Connection[Any]) -> tuple[Any, ...]:
    return connection.execute(AGREE).fetchone() or ()


def read_in_several_statements(connection: psycopg.Connection[Any]) -> tuple[Any, ...]:
    answers: list[Any] = []
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        for question in (
            "select min(score) from sharing.grade",
            "select max(score) from sharing.grade",
            "select count(*) from sharing.grade",
            "select max(contribution) + 70 from sharing.contribution",
            "select max(as_of) - date '2025-06-01' from sharing.publication",
        ):
            answers.append((connection.execute(question).fetchone() or (None,))[0])
            time.sleep(0.005)
    return tuple(answers)


@pytest.mark.parametrize("read", [read_in_one_statement, read_in_several_statements])
def test_readers_see_one_release_while_others_are_published(warehouse: psycopg.Connection[Any], read: Any) -> None:
    seen: list[tuple[Any, ...]] = []
    done = threading.Event()

    def reader() -> None:
        with psycopg.connect(warehouse_url(), autocommit=True) as connection:
            while not done.is_set():
                seen.append(read(connection))

    def release(number: int) -> None:
        as_of = START + timedelta(days=number)
        empty_candidates(warehouse)
        add_grades(warehouse, as_of, one_score(70 + number, number, 400 + 2 * number))
        publish(warehouse, verified_run(warehouse, as_of))

    release(0)
    threads = [threading.Thread(target=reader) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(1, 8):
            release(number)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    releases = {(70 + number, 70 + number, 400 + number, 70 + number, number) for number in range(8)}
    assert set(seen) <= releases
    assert len(set(seen)) > 2
