"""The same content lands once, whatever happens between: re-runs, corrections, kills, two runs at a time."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from credit_grading.landing.receive import receive_feed
from credit_grading.paths import home
from tests.unit.landing_support import attempts, count, csv_text, department, feed, no_connection, penalty, write

TABLE = "landing.administrative_penalty"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    return tmp_path / "penalties"


def receive(warehouse: psycopg.Connection):
    return receive_feed(warehouse, department(feed()), feed(), open_connection=no_connection)


def test_a_second_run_lands_nothing(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]))
    write(folder, "b.csv", csv_text([penalty(2)]))
    assert receive(warehouse).rows == 2
    second = receive(warehouse)
    assert (second.outcome, second.batches, second.rows) == ("nothing_new", [], 0)
    assert count(warehouse, TABLE) == count(warehouse, "landing.batch") == 2
    assert [attempt[0] for attempt in attempts(warehouse)] == ["loaded", "nothing_new"]


def test_the_same_values_in_another_encoding_are_nothing_new(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]), "utf-8")
    receive(warehouse)
    write(folder, "a.csv", csv_text([penalty(1)]), "gb18030")
    assert receive(warehouse).outcome == "nothing_new"
    assert count(warehouse, TABLE) == 1


def test_a_new_file_beside_the_old_one_is_landed_alone(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]))
    receive(warehouse)
    write(folder, "b.csv", csv_text([penalty(2)]))
    outcome = receive(warehouse)
    assert (outcome.outcome, outcome.rows, len(outcome.batches)) == ("loaded", 1, 1)


def test_a_corrected_file_is_a_new_batch_and_both_stay(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]))
    first = receive(warehouse).batches[0]
    write(folder, "a.csv", csv_text([penalty(1, 处罚类别="警告")]))
    second = receive(warehouse).batches[0]
    rows = warehouse.execute(f"select batch_id, penalty_kind from {TABLE} order by 1").fetchall()
    assert rows == [(first, "罚款"), (second, "警告")]
    follows = warehouse.execute("select follows_batch_id from landing.batch order by batch_id").fetchall()
    assert follows == [(None,), (first,)]


def test_a_correction_taken_back_is_not_lost(warehouse, folder):
    for kind in ("罚款", "警告", "罚款"):
        write(folder, "a.csv", csv_text([penalty(1, 处罚类别=kind)]))
        assert receive(warehouse).outcome == "loaded"
    rows = warehouse.execute(f"select penalty_kind from {TABLE} order by batch_id").fetchall()
    assert rows == [("罚款",), ("警告",), ("罚款",)]


def test_the_same_batch_cannot_be_written_twice_even_without_the_lock(warehouse, folder):
    write(folder, "a.csv", csv_text([penalty(1)]))
    receive(warehouse)
    with pytest.raises(psycopg.errors.UniqueViolation):
        warehouse.execute(
            "insert into landing.batch (contract_id, department_id, feed_id, window_key, content_hash, source_name,"
            " row_count) select contract_id, department_id, feed_id, window_key, content_hash, source_name, row_count"
            " from landing.batch"
        )


LOADER = """
import sys
from credit_grading.landing.receive import receive_feed
from credit_grading.warehouse.connection import connect
from tests.unit.landing_support import department, feed, no_connection
with connect() as connection:
    receive_feed(connection, department(feed()), feed(), open_connection=no_connection)
"""


def start_loader(warehouse: psycopg.Connection, folder: Path) -> subprocess.Popen:
    environment = os.environ | {
        "PYTHONPATH": f"{home() / 'plugins'}{os.pathsep}{home()}",
        "CREDIT_GRADING_FEEDS": str(folder.parent),
    }
    return subprocess.Popen([sys.executable, "-c", LOADER], env=environment)


def wait_for_copied_rows(warehouse: psycopg.Connection, process: subprocess.Popen) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        found = warehouse.execute("select tuples_processed from pg_stat_progress_copy").fetchone()
        if found and found[0] > 0:
            return found[0]
        time.sleep(0.01)
    raise AssertionError("the loader was never seen copying")


def test_killed_in_the_middle_of_a_copy_nothing_stays_and_the_next_run_lands_all(warehouse, folder):
    rows = 200_000
    write(folder, "a.csv", csv_text([penalty(number) for number in range(rows)]))
    process = start_loader(warehouse, folder)
    copied = wait_for_copied_rows(warehouse, process)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert 0 < copied < rows
    assert count(warehouse, TABLE) == count(warehouse, "landing.batch") == 0
    assert attempts(warehouse) == []
    assert receive(warehouse).rows == rows
    assert count(warehouse, TABLE) == rows
    assert receive(warehouse).outcome == "nothing_new"


def test_two_runs_at_once_land_the_feed_once(warehouse, folder, cluster):
    write(folder, "a.csv", csv_text([penalty(number) for number in range(20_000)]))
    outcomes: list[str] = []

    def run() -> None:
        with psycopg.connect(warehouse.info.dsn, autocommit=True) as own:
            outcomes.append(receive(own).outcome)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["loaded", "nothing_new", "nothing_new"]
    assert count(warehouse, TABLE) == 20_000
