"""Grades that a decision put right: both grades stand with the decision; nothing else is called a correction."""

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.publication.roll_back import roll_back
from credit_grading.supervision.mark_records import NothingToRead
from credit_grading.supervision.note_corrections import note_corrections
from tests.sharing.releases import Grade, snapshot
from tests.sharing.repaired import TABLES, add, record, release

JUNE, JULY, AUGUST = date(2025, 6, 1), date(2025, 7, 1), date(2025, 8, 1)
BEFORE = [Grade("public_credit", f"S{n}", Decimal(60), "B") for n in range(1, 8)]
AFTER = [Grade("public_credit", f"S{n}", Decimal(80), "A") for n in range(1, 8)]
PENALTY = {"catalogue_item_id": "administrative_penalty", "department_id": "market_regulation"}
CORRECTIONS = (
    "select subject_key, cause, record_key, document_number, evidence_number, outcome, has_other_causes"
    " from sharing.grade_correction order by subject_key, cause, evidence_number"
)


@pytest.fixture
def world(warehouse: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """June is published: S1 to S7 with one penalty each, k1 to k7."""
    warehouse.execute(TABLES)
    for n in range(1, 8):
        add(warehouse, "thematic.credit_record", record_key=f"k{n}", case_id=f"罚〔{n}〕", occurred_on=JUNE, **PENALTY)
    release(warehouse, JUNE, BEFORE, {f"S{n}": [record(f"k{n}")] for n in range(1, 8)})
    return warehouse


def report_anew(connection: psycopg.Connection[Any], key: str, batch_id: int = 2, **changes: object) -> None:
    """The record reaches us once more, now, in another batch."""
    connection.execute(
        "update thematic.credit_record set known_until = clock_timestamp()"
        " where record_key = %s and known_until is null",
        (key,),
    )
    add(
        connection, "thematic.credit_record", record_key=key, case_id="罚", occurred_on=JUNE, batch_id=batch_id,
        known_from=connection.execute("select clock_timestamp()").fetchone()[0], **PENALTY | changes,
    )  # fmt: skip


def decide(connection: psycopg.Connection[Any], key: str, **changes: object) -> None:
    """A decision on repair that reaches us now."""
    values: dict[str, object] = {
        "repaired_record_key": key, "document_number": f"罚〔{key[1:]}〕", "decision_number": f"修〔{key[1:]}〕",
        "outcome": "granted", "decided_on": JULY, "deciding_authority": "市发展改革委",
        "known_from": connection.execute("select clock_timestamp()").fetchone()[0],
    }  # fmt: skip
    add(connection, "thematic_public_credit.credit_repair_decision", **values | changes)


def dispute(connection: psycopg.Connection[Any], key: str, outcome: str | None) -> None:
    add(
        connection, "thematic_public_credit.objection", record_key=f"o{key}", disputed_record_key=key,
        objection_number=f"异〔{key[1:]}〕", document_number=f"罚〔{key[1:]}〕", filed_on=JUNE, outcome=outcome,
        status="closed" if outcome else "under_review", decided_on=JULY if outcome else None, handling_authority="某局",
    )  # fmt: skip


def test_each_cause_is_noted_with_both_grades_and_its_evidence(world: psycopg.Connection[Any]) -> None:
    decide(world, "k1")
    report_anew(world, "k2")
    report_anew(world, "k3")
    dispute(world, "k3", "upheld")
    # an objection that is open or was dismissed, an upheld one that nobody acted on yet, a refused repair: no cause
    report_anew(world, "k4", withdrawn_on=JULY)
    dispute(world, "k4", "dismissed")
    dispute(world, "k5", "upheld")
    decide(world, "k6", outcome="refused")
    changed = {"S2": [record("k2", batch_id=2, points=0)], "S5": [record("k5")]}
    # k6 ends by time, and S7 has a new record: corrections of nobody
    changed |= {"S7": [record("k7"), record("new")]}
    release(world, JULY, AFTER, changed)
    assert note_corrections(world) == {1: 0, 2: 5}
    assert world.execute(CORRECTIONS).fetchall() == [
        ("S1", "repair", "k1", "罚〔1〕", "修〔1〕", "granted", False),
        ("S2", "correction", "k2", "罚〔2〕", "B2-1", None, False),
        ("S3", "correction", "k3", "罚〔3〕", "B2-1", None, False),
        ("S3", "objection", "k3", "罚〔3〕", "异〔3〕", "upheld", False),
        ("S4", "correction", "k4", "罚〔4〕", "B2-1", None, False),
    ]
    grades = "select distinct previous_score, previous_grade, score, grade from sharing.grade_correction"
    assert world.execute(grades).fetchall() == [(Decimal(60), "B", Decimal(80), "A")]
    # each row names its change of the feed
    assert world.execute(
        "select count(*) from sharing.grade_correction as c inner join sharing.grade_change as g using (sequence)"
        " where (c.subject_key, c.score, c.previous_score, c.publication_id)"
        " = (g.subject_key, g.score, g.previous_score, g.publication_id)"
    ).fetchone() == (5,)


def test_a_second_run_writes_nothing(world: psycopg.Connection[Any]) -> None:
    decide(world, "k1")
    release(world, JULY, AFTER, {})
    assert note_corrections(world) == {1: 0, 2: 1}
    before = snapshot(world)
    assert note_corrections(world) == {}
    assert snapshot(world) == before


def test_other_changes_at_the_same_time_are_declared(world: psycopg.Connection[Any]) -> None:
    decide(world, "k1")
    decide(world, "k2")
    other_rules = "update candidate.grade set rulebook_version = '2025-07' where subject_key = 'S2'"
    evidence = {"S1": [record("another")]} | {f"S{n}": [record(f"k{n}")] for n in range(3, 8)}
    release(world, JULY, AFTER, evidence, other_rules)
    note_corrections(world)
    assert [(row[0], row[-1]) for row in world.execute(CORRECTIONS)] == [("S1", True), ("S2", True)]


def test_a_publication_that_was_not_noted_in_time_is_noted_as_it_was(world: psycopg.Connection[Any]) -> None:
    decide(world, "k1")
    release(world, JULY, AFTER, {f"S{n}": [record(f"k{n}")] for n in range(2, 8)})
    # what happens next does not blur it: the same line changes again, and the decision is taken back
    world.execute("update thematic_public_credit.credit_repair_decision set known_until = clock_timestamp()")
    decide(world, "k1", withdrawn_on=AUGUST)
    release(world, AUGUST, BEFORE, {f"S{n}": [record(f"k{n}")] for n in range(1, 8)})
    assert note_corrections(world) == {1: 0, 2: 1, 3: 1}
    rows = "select publication_id, subject_key, cause, outcome, grade from sharing.grade_correction order by 1"
    assert world.execute(rows).fetchall() == [
        (2, "S1", "repair", "granted", "A"),
        (3, "S1", "repair", "withdrawn", "B"),
    ]


def test_a_roll_back_is_no_correction_and_the_next_release_says_it_again(world: psycopg.Connection[Any]) -> None:
    decide(world, "k1")
    evidence = {f"S{n}": [record(f"k{n}")] for n in range(2, 8)}
    release(world, JULY, AFTER, evidence)
    roll_back(world, 1, "误发", "张三")
    release(world, AUGUST, AFTER, evidence)
    assert note_corrections(world) == {1: 0, 2: 1, 3: 0, 4: 1}


def test_an_objection_is_the_cause_once(world: psycopg.Connection[Any]) -> None:
    dispute(world, "k3", "upheld")
    report_anew(world, "k3")
    others = {f"S{n}": [record(f"k{n}")] for n in (1, 2, 4, 5, 6, 7)}
    release(world, JULY, AFTER, others | {"S3": [record("k3", points=0)]})
    report_anew(world, "k3", batch_id=3)
    release(world, AUGUST, BEFORE, others | {"S3": [record("k3", points=-2)]})
    note_corrections(world)
    rows = "select publication_id, cause from sharing.grade_correction order by 1, 2"
    assert world.execute(rows).fetchall() == [(2, "correction"), (2, "objection"), (3, "correction")]


def test_without_thematic_databases_it_says_so(warehouse: psycopg.Connection[Any]) -> None:
    with pytest.raises(NothingToRead, match=r"thematic\.credit_record"):
        note_corrections(warehouse)
