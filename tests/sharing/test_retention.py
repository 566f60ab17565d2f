"""What is kept long enough is shown first and removed only as shown; nothing else is touched."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.publication.roll_back import RollBackRefused, roll_back
from credit_grading.supervision.note_corrections import note_corrections
from credit_grading.supervision.retention import RetentionRefused, apply, preview
from tests.sharing.releases import Grade
from tests.sharing.repaired import TABLES, add, record, release

TODAY = date(2031, 1, 15)
OLD, NEW = "2020-01-01 00:00+00", "2030-12-01 00:00+00"
PENALTY = "administrative_penalty"
GRADES = [[Grade("public_credit", f"S{n}", Decimal(10 * n + release)) for n in range(3)] for release in range(3)]
# record → end of its effect; what keeps it, or null
RECORDS = {
    "gone": ("2026-01-15", None),
    "gone_corrected": ("2025-06-01", None),
    "a_day_too_early": ("2026-01-16", "its months end tomorrow"),
    "endless": (None, "no rule ends it"),
    "behind_a_grade": ("2025-01-01", "evidence"),
    "behind_an_earlier_grade": ("2025-01-01", "evidence of a release that can be put back"),
    "disputed": ("2025-01-01", "open objection"),
    "still_listed": ("2025-01-01", "the newest list holds it"),
}
EVERYTHING = (
    "landing.batch", "landing.snapshot", "landing.administrative_penalty", "staging.administrative_penalty",
    "staging.staged_batch", "quarantine.rejected_row", "quarantine.decision", "superseded.publication",
    "superseded.grade", "superseded.contribution", "superseded.indicator", "superseded.dictionary", "sharing.grade",
    "sharing.grade_change", "sharing.publication", "sharing.contribution", "sharing.feed_age", "evaluation.run",
    "thematic.credit_record",
)  # fmt: skip


@pytest.fixture
def world(warehouse: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Three releases, two of them long ago, with records of all fates and rejected rows in every state."""
    warehouse.execute(TABLES)
    warehouse.execute('alter table thematic.credit_record add column contract_id text collate "C"')
    for room in ("landing", "staging"):
        warehouse.execute(
            f"create table {room}.administrative_penalty (batch_id bigint, row_number bigint, record_key text,"
            " primary key (batch_id, row_number))"
        )
    batches = {name: batch(warehouse, name, kind) for name, kind in (("first", "append"), ("list", "snapshot"))}
    for number, (key, (until, _)) in enumerate(RECORDS.items(), start=1):
        # a record for which no rule has an end: before there were rules on publicity
        add(
            warehouse, "thematic.credit_record", record_key=key, catalogue_item_id=PENALTY, contract_id=PENALTY,
            occurred_on=date(2018, 1, 1), effective_until=until, department_id="finance",
        )  # fmt: skip
        row(warehouse, batches["list" if key == "still_listed" else "first"], number, key)
    row(warehouse, batches["first"], 90, "gone_corrected")
    add(
        warehouse, "thematic_public_credit.objection", record_key="o", disputed_record_key="disputed", status="accepted"
    )
    reject(warehouse, batches["first"])
    warehouse.execute(
        "insert into staging.staged_batch (contract_id, batch_id, landed, accepted, quarantined, staged_at)"
        " select 'administrative_penalty', batch_id, count(*), count(*) - count(rejected.*), count(rejected.*), %s"
        " from landing.administrative_penalty"
        " left join quarantine.rejected_row as rejected using (batch_id, row_number)"
        " group by batch_id",
        (OLD,),
    )
    evidence = ["behind_an_earlier_grade", "behind_a_grade", "behind_a_grade"]
    for number, (grades, key) in enumerate(zip(GRADES, evidence, strict=True)):
        release(warehouse, date(2028 + number, 12, 1), grades, {"S1": [record(key)]})
    warehouse.execute("update sharing.publication set published_at = '2028-12-01' where publication_id = 1")
    warehouse.execute("update sharing.publication set published_at = '2029-12-01' where publication_id = 2")
    # a generated city: its present day is the newest release's
    warehouse.execute(
        "update sharing.publication set published_at = '2030-12-01', as_of = '2032-01-01' where publication_id = 3"
    )
    note_corrections(warehouse)
    return warehouse


def batch(connection: psycopg.Connection[Any], name: str, kind: str) -> int:
    [(batch_id,)] = connection.execute(
        "insert into landing.batch (contract_id, department_id, feed_id, window_key, content_hash, source_name,"
        " row_count, delivery_kind, known_from) values ('administrative_penalty', 'finance', %s, 'w', 'h', %s, 1, %s,"
        " %s) returning batch_id",
        (name, name, kind, OLD),
    ).fetchall()
    if kind == "snapshot":
        connection.execute(
            "insert into landing.snapshot (snapshot_id, contract_id, department_id, feed_id, list_name, batch_ids,"
            " is_older, records_before, records, inserted, changed, disappeared) values"
            " (%(id)s, 'administrative_penalty', 'finance', 'list', '', array[%(id)s::bigint], false, 0, 1, 1, 0, 0)",
            {"id": batch_id},
        )
    return int(batch_id)


def row(connection: psycopg.Connection[Any], batch_id: int, number: int, key: str) -> None:
    for room in ("landing", "staging"):
        connection.execute(f"insert into {room}.administrative_penalty values (%s, %s, %s)", (batch_id, number, key))


def reject(connection: psycopg.Connection[Any], batch_id: int) -> None:
    """Rows 20 to 25: cleared and void long ago, cleared lately, open, void with a row that it stands for, that row."""
    late = batch(connection, "late", "append")
    connection.execute("update landing.batch set known_from = %s where batch_id = %s", (NEW, late))
    for number, key, cleared in (
        (20, "a", batch_id), (21, "b", None), (22, "c", late), (23, "d", None), (24, "e", None), (25, "e", None),
    ):  # fmt: skip
        connection.execute("insert into landing.administrative_penalty values (%s, %s, null)", (batch_id, number))
        connection.execute(
            "insert into quarantine.rejected_row (contract_id, batch_id, row_number, department_id, feed_id,"
            " source_name, record_key, reasons, received_row, cleared_by_batch_id)"
            " values ('administrative_penalty', %s, %s, 'finance', 'first', 'f', %s, '[{\"code\": \"x\"}]', '{}', %s)",
            (batch_id, number, key, cleared),
        )
    for number in (21, 25):
        connection.execute(
            "insert into quarantine.decision (contract_id, batch_id, row_number, kind, reason, decided_by, decided_at)"
            " values ('administrative_penalty', %s, %s, 'void', '无法更正', '张三', %s)",
            (batch_id, number, OLD),
        )


def everything(connection: psycopg.Connection[Any]) -> dict[str, set[str]]:
    return {
        table: {text for (text,) in connection.execute(f"select t::text from {table} as t")} for table in EVERYTHING
    }


@contextmanager
def nothing_removed(connection: psycopg.Connection[Any]) -> Iterator[None]:
    before = everything(connection)
    assert all(before[table] for table in ("superseded.grade", "staging.administrative_penalty", "quarantine.decision"))
    yield
    assert everything(connection) == before


def test_a_preview_says_what_the_rules_allow_and_removes_nothing(world: psycopg.Connection[Any]) -> None:
    with nothing_removed(world):
        plan_id, lines = preview(world, TODAY)
    shown = {(line.rule_id, line.table_name): (line.rows, line.oldest, line.newest) for line in lines}
    records = (3, date(2025, 6, 1), date(2026, 1, 15))
    rejected = date(2020, 1, 1)
    first = date(2028, 12, 1)
    assert {key: value for key, value in shown.items() if key[0] != "superseded_releases"} == {
        (PENALTY, f"landing.{PENALTY}"): records,
        (PENALTY, f"staging.{PENALTY}"): records,
        ("rejected_rows", f"landing.{PENALTY}"): (2, rejected, rejected),
        ("rejected_rows", "quarantine.rejected_row"): (2, rejected, rejected),
        ("rejected_rows", "quarantine.decision"): (1, rejected, rejected),
    }
    # what the first release wrote over: it added everything
    assert shown["superseded_releases", "superseded.publication"] == (1, first, first)
    assert shown["superseded_releases", "superseded.grade"] == (3, first, first)
    assert all("个月" in line.reason and ("假设" in line.reason or "条" in line.reason) for line in lines)
    kept = world.execute("select rule_id, table_name, rows, oldest, newest from supervision.retention_plan").fetchall()
    assert {(row[0], row[1]): tuple(row[2:]) for row in kept} == shown
    assert plan_id == 1


def test_exactly_what_was_shown_is_removed(world: psycopg.Connection[Any]) -> None:
    before = everything(world)
    plan_id, lines = preview(world, TODAY)
    assert plan_id is not None
    removed = apply(world, plan_id, "李四")
    assert removed == lines
    after = everything(world)
    for table in EVERYTHING:
        assert after[table] <= before[table], table
        gone = sum(line.rows for line in lines if line.table_name == table)
        assert len(before[table]) - len(after[table]) == gone, table
    left = {key for (key,) in world.execute("select record_key from staging.administrative_penalty")}
    assert left == {key for key, (_, why) in RECORDS.items() if why}
    rejected = world.execute("select row_number from quarantine.rejected_row order by 1").fetchall()
    assert rejected == [(22,), (23,), (24,), (25,)]
    ledger = (
        "select rule_id, table_name, rows, digest from supervision.removal where approved_by = '李四' order by 1, 2"
    )
    assert world.execute(ledger).fetchall() == [(x.rule_id, x.table_name, x.rows, x.digest) for x in lines]
    # landed = accepted + quarantined can still be counted
    assert world.execute(
        "select accepted, quarantined, before_staging from supervision.removed_of_batch"
    ).fetchall() == [(3, 2, 0)]
    # and what can be put back is told honestly
    roll_back(world, 2, "误发", "张三")
    assert world.execute("select count(*) from sharing.contribution where records <> '[]'").fetchone() == (1,)


def test_a_plan_is_applied_once(world: psycopg.Connection[Any]) -> None:
    plan_id, _ = preview(world, TODAY)
    assert plan_id is not None
    assert apply(world, plan_id, "李四")
    with nothing_left_to_do(world):
        assert apply(world, plan_id, "李四") == []
        assert preview(world, TODAY) == (None, [])


@contextmanager
def nothing_left_to_do(connection: psycopg.Connection[Any]) -> Iterator[None]:
    before = everything(connection)
    ledger = connection.execute("select * from supervision.removal order by 1, 2, 3").fetchall()
    yield
    assert everything(connection) == before
    assert connection.execute("select * from supervision.removal order by 1, 2, 3").fetchall() == ledger != []


@pytest.mark.parametrize(
    "event",
    [
        # a removable record is disputed, is reported with a later end, or stands behind a grade again
        "insert into thematic_public_credit.objection (disputed_record_key, status) values ('gone', 'under_review')",
        "update thematic.credit_record set effective_until = '2030-01-01' where record_key = 'gone'",
        "update sharing.contribution set records = '[{\"record_key\": \"gone\"}]' where subject_key = 'S1'",
        "update supervision.retention_rule set keep_months = 70 where rule_id = 'administrative_penalty'",
        "insert into quarantine.decision (contract_id, batch_id, row_number, kind, reason, decided_by)"
        " select contract_id, batch_id, row_number, 'reopen', '有新材料', '张三' from quarantine.decision limit 1",
    ],
)
def test_a_stale_plan_is_refused(world: psycopg.Connection[Any], event: str) -> None:
    plan_id, _ = preview(world, TODAY)
    assert plan_id is not None
    world.execute(event)
    with nothing_removed(world), pytest.raises(RetentionRefused, match="stale"):
        apply(world, plan_id, "李四")
    assert world.execute("select count(*) from supervision.removal").fetchone() == (0,)


def test_unknown_unapproved_and_older_plans_are_refused(world: psycopg.Connection[Any]) -> None:
    older, _ = preview(world, TODAY)
    newer, _ = preview(world, TODAY)
    assert older is not None
    assert newer is not None
    with nothing_removed(world):
        for plan_id, by, words in ((older, "李四", f"newer preview: plan {newer}"), (99, "李四", "no plan 99"),
                                   (newer, " ", "who approved")):  # fmt: skip
            with pytest.raises(RetentionRefused, match=words):
                apply(world, plan_id, by)


def test_publications_whose_corrections_are_not_noted_are_kept(world: psycopg.Connection[Any]) -> None:
    world.execute("delete from supervision.noted_publication")
    _, lines = preview(world, TODAY)
    assert lines
    assert not [line for line in lines if line.table_name.startswith("superseded.")]


def test_a_release_whose_successors_rows_are_gone_cannot_be_put_back(world: psycopg.Connection[Any]) -> None:
    later = date(2032, 1, 1)
    plan_id, _ = preview(world, later)
    assert plan_id is not None
    apply(world, plan_id, "李四")
    assert world.execute("select publication_id from superseded.publication").fetchall() == [(3,)]
    with pytest.raises(RollBackRefused, match="is kept"):
        roll_back(world, 1, "误发", "张三")
    assert roll_back(world, 2, "误发", "张三").publication_id == 4


def test_keeping_times_do_not_end_early_by_a_day_yet_to_come(world: psycopg.Connection[Any]) -> None:
    with pytest.raises(RetentionRefused, match="yet to come"):
        preview(world, date(2032, 1, 2))
    assert world.execute("select count(*) from supervision.retention_preview").fetchone() == (0,)
    assert preview(world, date(2032, 1, 1))[0] == 1
