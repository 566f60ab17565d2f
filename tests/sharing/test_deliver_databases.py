"""Publications in a department's own database, MariaDB and Postgres: one transaction, exactly once, read again."""

import threading
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
import sqlalchemy

from credit_grading.delivery import database as database_delivery
from credit_grading.delivery.model import DeliveryFailed, ReceiverUnreachable
from tests.sharing.published import JUNE, release, scored, with_roles
from tests.sharing.receivers import apart, asked, bring, database

NAMES = {"S1": "企业“龘”𠮷😀\n\t,'\\", "S2": "", "S3": "  trailing  "}
ADJUST = "; ".join(
    f"update candidate.grade set subject_name = $${name}$$ where subject_key = '{key}'" for key, name in NAMES.items()
)
SCORES = {"S1": "90.123456789012345678", "S2": "-77.5", "S3": "12345678901234567890"}


@pytest.fixture
def shared(warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    grades = [*scored("public_credit", SCORES), *scored("bidding_participant", {"S1": "85"})]
    release(warehouse, JUNE, grades, f"{ADJUST}; update candidate.grade set division_code = null where grade = 'D'")
    with with_roles(warehouse):
        yield warehouse


LEDGER = "select publication_id, table_name, row_count from credit_grading_delivery order by 1, 2"


def test_every_value_arrives_as_it_was(shared: psycopg.Connection[Any], receiver: str) -> None:
    [attempt] = bring(database("grade_current", "publication", "grade_data_age"), receiver)
    assert (attempt.outcome, attempt.rows) == ("delivered", 3 + 1 + 3)
    rows = asked(
        receiver, "select subject_key, subject_name, facet, score, division_code, as_of, measures_zh from grade_current"
    )
    measures = '["列为重点检查对象"]'
    assert sorted(rows) == [
        ("S1", NAMES["S1"], "", Decimal(SCORES["S1"]), "500101", JUNE, "[]"),
        ("S2", "", "", Decimal("-77.5"), None, JUNE, measures),
        ("S3", NAMES["S3"], "", Decimal(SCORES["S3"]), "500101", JUNE, "[]"),
    ]
    [(carried,)] = asked(receiver, "select distinct is_carried_over from grade_data_age")
    assert bool(carried) is True
    [(moment,)] = asked(receiver, "select published_at from publication")
    [(published,)] = shared.execute("select published_at from sharing.publication").fetchall()
    assert isinstance(moment, datetime)
    assert moment.replace(tzinfo=ZoneInfo("Asia/Shanghai")) == published
    assert asked(receiver, LEDGER) == [(1, "grade_current", 3), (1, "grade_data_age", 3), (1, "publication", 1)]


def test_full_replaces_and_is_delivered_once(shared: psycopg.Connection[Any], receiver: str) -> None:
    delivery = database("grade_current", "measure")
    bring(delivery, receiver)
    assert bring(delivery, receiver) == []
    release(shared, date(2025, 6, 2), scored("public_credit", {"S1": "61"}))
    release(shared, date(2025, 6, 3), scored("public_credit", {"S1": "62", "S4": "99"}))
    assert [attempt.publication_id for attempt in bring(delivery, receiver)] == [3]
    assert sorted(asked(receiver, "select subject_key, score from grade_current")) == [("S1", 62), ("S4", 99)]
    assert [row[0] for row in asked(receiver, LEDGER)] == [1, 1, 3, 3]
    asked(receiver, "delete from grade_current")
    [again] = bring(delivery, receiver, again=True)
    assert (again.outcome, again.rows) == ("delivered", 4)
    assert len(asked(receiver, "select * from grade_current")) == 2


def test_changes_follow_each_other_in_order_after_the_receiver_was_away(
    shared: psycopg.Connection[Any], receiver: str
) -> None:
    delivery = database("grade_change", mode="changes")
    bring(delivery, receiver)
    for day, scores in ((2, {"S1": "61"}), (3, {"S1": "61"}), (4, {"S1": "75"})):
        release(shared, date(2025, 6, day), scored("public_credit", scores))
    with pytest.raises(ReceiverUnreachable):
        bring(delivery, "mysql+pymysql://root:s3cret@127.0.0.1:9/nowhere")
    attempts = bring(delivery, receiver)
    assert [(attempt.publication_id, attempt.rows) for attempt in attempts] == [(2, 3), (3, 0), (4, 1)]
    there = asked(receiver, "select sequence, subject_key, score from grade_change order by sequence")
    assert (
        there
        == shared.execute(
            "select sequence, subject_key, score from sharing.grade_change"
            " where rulebook_id = 'public_credit' order by sequence"
        ).fetchall()
    )
    failed = shared.execute("select publication_id, error from sharing.delivery where outcome = 'failed'").fetchall()
    assert [number for number, _ in failed] == [2]
    assert "s3cret" not in failed[0][1]
    bring(delivery, receiver, again=True)
    assert len(asked(receiver, "select * from grade_change")) == len(there)


def test_a_reader_sees_the_publication_before_until_all_is_there(
    shared: psycopg.Connection[Any], receiver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(database("grade_current", "measure"), receiver)
    release(shared, date(2025, 6, 2), scored("public_credit", {"S1": "61"}))
    seen: list[Any] = []
    real = database_delivery._say

    def look(*given: Any) -> None:
        reader = threading.Thread(target=lambda: seen.append(asked(receiver, "select count(*) from grade_current")))
        reader.start()
        reader.join()
        real(*given)

    monkeypatch.setattr(database_delivery, "_say", look)
    bring(database("grade_current", "measure"), receiver)
    assert seen == [[(3,)]]
    assert asked(receiver, "select count(*) from grade_current") == [(1,)]


def test_what_the_database_does_not_give_back_is_undone(shared: psycopg.Connection[Any], receiver: str) -> None:
    """A trigger of the department's own alters what is written."""
    delivery = database("grade_current")
    bring(delivery, receiver)
    if "mysql" in receiver:
        asked(receiver, "create trigger t before insert on grade_current for each row set new.score = new.score + 1")
    else:
        asked(receiver, "create function f() returns trigger language plpgsql as"
              " 'begin new.score = new.score + 1; return new; end'")  # fmt: skip
        asked(receiver, "create trigger t before insert on grade_current for each row execute function f()")
    release(shared, date(2025, 6, 2), scored("public_credit", {"S1": "61"}))
    with pytest.raises(DeliveryFailed, match="写入后与来源不符") as failed:
        bring(delivery, receiver)
    assert not isinstance(failed.value, ReceiverUnreachable)
    assert len(asked(receiver, "select * from grade_current")) == 3, "the publication before"
    assert [row[0] for row in asked(receiver, LEDGER)] == [1]
    assert shared.execute("select outcome from sharing.delivery order by attempt_id").fetchall() == [
        ("delivered",), ("failed",),
    ]  # fmt: skip
    asked(receiver, "drop trigger t" if "mysql" in receiver else "drop trigger t on grade_current")
    assert [attempt.outcome for attempt in bring(delivery, receiver)] == ["delivered"]


def test_a_table_of_somebody_else_is_not_touched(shared: psycopg.Connection[Any], receiver: str) -> None:
    asked(receiver, "create table measure (note varchar(20))")
    asked(receiver, "insert into measure values ('ours')")
    with pytest.raises(DeliveryFailed, match="不予覆盖"):
        bring(database("measure"), receiver)
    assert asked(receiver, "select * from measure") == [("ours",)]
    bring(database("grade_current"), receiver)
    with pytest.raises(DeliveryFailed, match="已由推送 market_regulation/tables 写入"):
        bring(database("grade_current"), receiver, department="finance")
    assert len(asked(receiver, "select * from grade_current")) == 3


def test_a_column_that_is_new_is_added_and_the_departments_own_stays(
    shared: psycopg.Connection[Any], receiver: str
) -> None:
    asked(receiver, "create table grade_current (subject_key varchar(255), remark varchar(10))")
    [attempt] = bring(database("grade_current"), receiver)
    assert attempt.rows == 3
    assert sorted(asked(receiver, "select subject_key, score is null, remark from grade_current")) == [
        (key, False, None) for key in ("S1", "S2", "S3")
    ]


def test_a_table_that_was_left_out_for_a_while_is_still_its_own(
    shared: psycopg.Connection[Any], mariadb: str
) -> None:  # fmt: skip
    for what in (("grade_current", "measure"), ("grade_current",), ("grade_current", "measure")):
        [attempt] = bring(database(*what), mariadb, again=True)
        assert len(attempt.tables or []) == len(what)


def test_a_department_is_never_sent_what_it_may_not_see(shared: psycopg.Connection[Any], mariadb: str) -> None:
    bring(database("grade", "contribution", "grade_explained"), mariadb, department="finance")
    for table in ("grade", "contribution", "grade_explained"):
        assert asked(mariadb, f"select distinct rulebook_id from {table}") == [("bidding_participant",)]


def test_what_the_database_refuses_is_told_without_rows_or_password(
    shared: psycopg.Connection[Any], mariadb: str
) -> None:
    release(shared, date(2025, 6, 2), scored("public_credit", {"K" * 300: "61"}))
    with pytest.raises(DeliveryFailed, match="接收数据库拒绝") as failed:
        bring(database("grade_current"), mariadb)
    assert "企业" not in str(failed.value)
    for address in ("mysql+pymysql://nobody:s3cret@127.0.0.1:3306/x", "nothing"):
        with pytest.raises(DeliveryFailed) as refused:
            bring(database("grade_current"), address)
        assert "s3cret" not in str(refused.value)


def test_memory_does_not_grow_with_the_rows(shared: psycopg.Connection[Any], mariadb: str, tmp_path: Path) -> None:
    """Three batches of wide rows, then sixty, into a database and into files: hardly more is needed."""
    program = f"""
        from credit_grading.delivery import database as receiving, source, tables
        from credit_grading.warehouse.connection import connect
        from tests.bench.memory import peak_mib
        from tests.sharing.receivers import bring, database, files
        source.BATCH_ROWS = receiving.BATCH_ROWS = tables.BATCH_ROWS = 100
        def delivered(first, last):
            with connect() as owner:
                owner.execute(
                    "insert into sharing.grade_change (sequence, publication_id, change, rulebook_id, subject_key,"
                    " facet, as_of, rulebook_version) select 1000 + n, 1, 'added', 'public_credit', 'T' || n, '',"
                    " '2025-06-01', repeat(md5(n::text), 250) from generate_series(%s::integer, %s) as n", (first, last)
                )
            [one], [other] = (
                bring(database("grade_change"), {mariadb!r}, again=True), bring(files("grade_change"), again=True)
            )
            assert one.tables == other.tables
            return one.rows, peak_mib()
        print(*delivered(1, 300), *delivered(301, 6000))
    """
    done = apart(program, CREDIT_GRADING_STATE=str(tmp_path))
    assert done.returncode == 0, done.stderr
    few, before, many, after = map(int, done.stdout.split())
    assert (few, many) == (303, 6003)
    assert after - before < 2 * 5700 * 8000 / 2**20, "who held them would hold them as rows, texts and parameters"


def test_tables_are_made_for_lookup_by_subject(shared: psycopg.Connection[Any], mariadb: str) -> None:
    bring(database("grade_current"), mariadb)
    inspector = sqlalchemy.inspect(sqlalchemy.create_engine(mariadb))
    [index] = inspector.get_indexes("grade_current")
    assert index["column_names"] == ["subject_key"]
    [(engine, collation)] = asked(
        mariadb, "select engine, table_collation from information_schema.tables"
        " where table_schema = database() and table_name = 'grade_current'"
    )  # fmt: skip
    assert (engine, collation) == ("InnoDB", "utf8mb4_bin")
    comments = {column["name"]: column["comment"] for column in inspector.get_columns("grade_current")}
    assert comments["score"]
