"""Deliveries into databases that were cut short: by a process that was killed, or by whoever works in the tables."""

import signal
from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
import sqlalchemy

from credit_grading.delivery import database as database_delivery
from credit_grading.delivery.model import ReceiverUnreachable
from tests.sharing.published import JUNE, release, scored, with_roles
from tests.sharing.receivers import apart, asked, bring, database


@pytest.fixture
def shared(warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    release(warehouse, JUNE, scored("public_credit", {"S1": "90", "S2": "-77.5", "S3": "70"}))
    with with_roles(warehouse):
        yield warehouse


def test_a_process_killed_after_the_receivers_commit_delivers_nothing_twice(
    shared: psycopg.Connection[Any], receiver: str
) -> None:
    program = f"""
        import os, signal
        from credit_grading.delivery import deliver
        from tests.sharing.receivers import bring, database
        deliver.record = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        bring(database("grade_change", "grade_current"), {receiver!r})
    """
    done = apart(program)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert shared.execute("select count(*) from sharing.delivery").fetchone() == (0,)
    assert len(asked(receiver, "select * from grade_change")) == 3
    asked(receiver, "update credit_grading_delivery set delivered_at = '2020-01-01'")
    [attempt] = bring(database("grade_change", "grade_current"), receiver)
    assert (attempt.outcome, attempt.rows) == ("found", 6)
    assert len(asked(receiver, "select * from grade_change")) == 3
    moments = asked(receiver, "select distinct delivered_at from credit_grading_delivery")
    assert [moment.year for (moment,) in moments] == [2020]
    assert shared.execute("select outcome, row_count from sharing.delivery").fetchall() == [("found", 6)]


def test_a_process_killed_before_the_commit_leaves_the_publication_before(
    shared: psycopg.Connection[Any], receiver: str
) -> None:
    bring(database("grade_current", "measure"), receiver)
    release(shared, date(2025, 6, 2), scored("public_credit", {"S1": "61"}))
    program = f"""
        import os, signal
        from credit_grading.delivery import database as sent
        from tests.sharing.receivers import bring, database
        sent._say = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        bring(database("grade_current", "measure"), {receiver!r})
    """
    done = apart(program)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(asked(receiver, "select * from grade_current")) == 3
    [attempt] = bring(database("grade_current", "measure"), receiver)
    assert (attempt.publication_id, attempt.outcome) == (2, "delivered")
    assert asked(receiver, "select subject_key, score from grade_current") == [("S1", 61)]


def test_who_works_in_the_tables_makes_a_delivery_wait_for_a_while_only(
    shared: psycopg.Connection[Any], receiver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_delivery, "LOCK_SECONDS", 1)
    bring(database("grade_current"), receiver)
    release(shared, date(2025, 6, 2), scored("public_credit", {"S1": "61"}))
    engine = sqlalchemy.create_engine(receiver, poolclass=sqlalchemy.pool.NullPool)
    with engine.connect() as department:
        is_mariadb = department.dialect.name == "mysql"
        lock = "lock tables grade_current write" if is_mariadb else "lock table grade_current in exclusive mode"
        department.execute(sqlalchemy.text(lock))
        with pytest.raises(ReceiverUnreachable, match="接收数据库无法访问或中断"):
            bring(database("grade_current"), receiver)
    assert [attempt.publication_id for attempt in bring(database("grade_current"), receiver)] == [2]
