"""The ledger of evaluation runs on a real Postgres."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import psycopg
import pytest

from credit_grading.evaluation.run import RunStateError, open_run, set_state
from credit_grading.warehouse.connection import VARIABLE

DAY = date(2026, 3, 1)


def state(connection: psycopg.Connection, run_id: int) -> tuple:
    row = connection.execute(
        "select state, closed_at is not null from evaluation.run where run_id = %s", (run_id,)
    ).fetchone()
    assert row is not None
    return row


def test_the_newest_run_is_the_current_one(warehouse: psycopg.Connection) -> None:
    open_run(warehouse, date(2026, 2, 1))
    moment = datetime(2026, 3, 2, 8, tzinfo=UTC)
    run_id = open_run(warehouse, DAY, "manual__1", knowledge_at=moment)
    row = warehouse.execute(
        "select run_id, as_of, knowledge_at, dag_run_id, state from evaluation.current_run"
    ).fetchone()
    assert row == (run_id, DAY, moment, "manual__1", "open")


def test_an_unfinished_run_is_abandoned_by_the_next(warehouse: psycopg.Connection) -> None:
    for reached in ("open", "evaluated", "verified"):
        run_id = open_run(warehouse, DAY)
        for step in ("evaluated", "verified")[: ("open", "evaluated", "verified").index(reached)]:
            set_state(warehouse, run_id, step)
        open_run(warehouse, DAY)
        assert state(warehouse, run_id) == ("abandoned", True)


def test_a_published_run_stays_published(warehouse: psycopg.Connection) -> None:
    run_id = open_run(warehouse, DAY)
    for step in ("evaluated", "verified", "published", "published"):
        set_state(warehouse, run_id, step)
    open_run(warehouse, DAY)
    assert state(warehouse, run_id) == ("published", True)
    with pytest.raises(RunStateError, match="cannot become 'refused'"):
        set_state(warehouse, run_id, "refused")


def test_a_refused_run_may_go_on_after_its_cause_is_gone(warehouse: psycopg.Connection) -> None:
    run_id = open_run(warehouse, DAY)
    set_state(warehouse, run_id, "refused", "5 of 100 rows rejected")
    assert state(warehouse, run_id) == ("refused", True)
    set_state(warehouse, run_id, "evaluated")
    assert state(warehouse, run_id) == ("evaluated", False)


def test_steps_cannot_be_left_out(warehouse: psycopg.Connection) -> None:
    run_id = open_run(warehouse, DAY)
    with pytest.raises(RunStateError, match="cannot become 'published'"):
        set_state(warehouse, run_id, "published")
    with pytest.raises(RunStateError, match="no evaluation run 999"):
        set_state(warehouse, 999, "evaluated")


def test_an_older_run_cannot_go_on(warehouse: psycopg.Connection) -> None:
    run_id = open_run(warehouse, DAY)
    set_state(warehouse, run_id, "refused", "empty feed")
    open_run(warehouse, DAY)
    with pytest.raises(RunStateError, match="is not the newest"):
        set_state(warehouse, run_id, "verified")


def test_a_moment_needs_a_time_zone(warehouse: psycopg.Connection) -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        open_run(warehouse, DAY, knowledge_at=datetime(2026, 3, 1, 8))


def test_a_run_waits_for_a_batch_that_is_being_committed(warehouse: psycopg.Connection) -> None:
    """It is dated before it is seen: a run opened in between would not know it, and the next would take it for old."""
    with psycopg.connect(os.environ[VARIABLE]) as loader, ThreadPoolExecutor() as threads:
        known_from = loader.execute(
            "insert into landing.batch"
            " (contract_id, department_id, feed_id, window_key, content_hash, source_name, row_count)"
            " values ('honour', 'finance', 'honours', 'w', 'h', 'honours.csv', 0) returning known_from"
        ).fetchone()[0]
        opened = threads.submit(open_run, warehouse, DAY)
        with pytest.raises(TimeoutError):
            opened.result(timeout=0.5)
        committed = datetime.now(UTC)
        loader.commit()
        opened.result(timeout=30)
    knowledge_at = warehouse.execute("select knowledge_at from evaluation.current_run").fetchone()[0]
    assert known_from < committed < knowledge_at
