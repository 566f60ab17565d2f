"""An earlier release is put back row for row, as a publication of its own, and the next release goes on from there."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.publication.publish import BESIDE, PublicationRefused, publish
from credit_grading.publication.resume import ResumeRefused, resume_releases
from credit_grading.publication.roll_back import RollBackRefused, roll_back
from tests.gate.two_releases import JULY, JUNE, NEW, OLD
from tests.sharing.releases import Grade, set_candidates, snapshot, verified_run

# what a release replaces; the others are ledgers, to which each publication adds
RELEASED = ("grade", *BESIDE)
AUGUST = date(2025, 8, 1)
LATE = [*OLD[:4], Grade("public_credit", "S04", Decimal("12.3400"), "D"), Grade("public_credit", "S77", Decimal(1))]


def content(connection: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """Every row of every released table without the number of the publication that wrote it."""
    return {
        table: [
            row
            for (row,) in connection.execute(
                f"select (to_jsonb(t) - 'publication_id')::text from sharing.{table} as t order by 1"
            )
        ]
        for table in RELEASED
    }


def without_day(said: dict[str, list[str]]) -> dict[str, list[str]]:
    return said | {"grade": sorted(re.sub(r'"as_of": "[-0-9]+", ', "", row) for row in said["grade"])}


def release(connection: psycopg.Connection[Any], as_of: date, grades: list[Grade], *changes: str) -> int:
    set_candidates(connection, as_of, grades)
    for change in changes:
        connection.execute(change)
    return publish(connection, verified_run(connection, as_of)).publication_id


@pytest.fixture
def three(warehouse: psycopg.Connection[Any]) -> tuple[psycopg.Connection[Any], list[dict[str, list[str]]]]:
    """Three releases and what each of them was; rules, evidence and sums change between them, and rows come and go."""
    said = []
    release(
        warehouse, JUNE, OLD, "insert into candidate.limit_hit values ('public_credit', 'S03', '', 'x', null, '[]')"
    )
    said.append(content(warehouse))
    release(
        warehouse, JULY, NEW,
        "delete from candidate.measure where rulebook_id = 'bidding_participant'",
        "update candidate.rulebook set rule_text = 'other rules', legal_basis = '[]'",
        "update candidate.contribution set records = '[]' where subject_key = 'S05'",
    )  # fmt: skip
    said.append(content(warehouse))
    release(warehouse, AUGUST, LATE, "update candidate.dictionary set description_zh = '新的说明'")
    said.append(content(warehouse))
    assert all(said[left] != said[right] for left, right in ((0, 1), (1, 2), (0, 2)))
    return warehouse, said


@pytest.mark.parametrize("number", [1, 2])
def test_the_earlier_release_stands_again_row_for_row(three: Any, number: int) -> None:
    warehouse, said = three
    before = snapshot(warehouse)
    done = roll_back(warehouse, number, "第三次发布的模型有误", "张三")
    assert content(warehouse) == said[number - 1]
    [earlier] = warehouse.execute(
        "select run_id, verdict_id, as_of from sharing.publication where publication_id = %s", (number,)
    ).fetchall()
    assert (done.publication_id, done.kind) == (4, "roll_back")
    assert (done.run_id, done.verdict_id, done.as_of) == earlier
    assert warehouse.execute("select * from sharing.roll_back").fetchall() == [
        (4, number, "第三次发布的模型有误", "张三", False, None, None)
    ]
    for table in ("verdict", "feed_age"):
        of = f"select to_jsonb(t) - 'publication_id' from sharing.{table} as t where publication_id = %s order by 1"
        assert warehouse.execute(of, (4,)).fetchall() == warehouse.execute(of, (number,)).fetchall() != []
    # nothing of the ledgers was changed or taken away
    after = snapshot(warehouse)
    for table in ("publication", "grade_change", "verdict", "feed_age"):
        assert set(before[table]) < set(after[table])


def test_the_change_feed_goes_on_without_a_gap_and_gives_the_grades(three: Any) -> None:
    warehouse, _ = three
    done = roll_back(warehouse, 1, "误发", "张三")
    sequences = [number for (number,) in warehouse.execute("select sequence from sharing.grade_change order by 1")]
    assert sequences == list(range(1, len(sequences) + 1))
    assert (done.first_sequence, done.last_sequence) == (
        len(sequences) - done.grades_added - done.grades_changed - done.grades_removed + 1,
        len(sequences),
    )
    replayed: dict[str, Any] = {}
    feed = "select change, subject_key, previous_score, score, grade from sharing.grade_change order by sequence"
    for change, subject, previous, score, grade in warehouse.execute(feed):
        assert replayed.pop(subject, (None, None))[0] == previous
        if change != "removed":
            replayed[subject] = (score, grade)
    standing = warehouse.execute("select subject_key, score, grade from sharing.grade").fetchall()
    assert replayed == {subject: (score, grade) for subject, score, grade in standing}
    assert len(standing) == len(OLD)


def test_no_release_follows_a_roll_back_that_holds_until_somebody_lets_it(three: Any) -> None:
    warehouse, said = three
    roll_back(warehouse, 2, "模型有误", "张三", holds_releases=True)
    for _ in range(2):
        with pytest.raises(PublicationRefused, match="第 4 次发布是回退（模型有误），尚未恢复发布"):
            release(warehouse, AUGUST, LATE)
    assert content(warehouse) == said[1]
    with pytest.raises(ResumeRefused, match="must be named"):
        resume_releases(warehouse, " ")
    assert resume_releases(warehouse, "李四") == 4
    assert resume_releases(warehouse, "王五") is None
    assert release(warehouse, AUGUST, LATE) == 5
    assert warehouse.execute("select resumed_by from sharing.roll_back").fetchall() == [("李四",)]


def test_a_later_roll_back_decides_whether_releases_are_held(three: Any) -> None:
    warehouse, _ = three
    roll_back(warehouse, 1, "模型有误", "张三", holds_releases=True)
    roll_back(warehouse, 3, "查明无误", "张三")
    assert resume_releases(warehouse, "李四") is None
    assert release(warehouse, AUGUST, LATE) == 6


def test_the_next_release_goes_on_and_may_be_rolled_back_too(three: Any) -> None:
    warehouse, said = three
    roll_back(warehouse, 1, "误发", "张三")
    assert release(warehouse, AUGUST, LATE, "update candidate.dictionary set description_zh = '新的说明'") == 5
    # August's candidates again are August's release again, whatever stood between; that a day changes nothing in a
    # grade is no reason to write it anew, so its as-of date may be another
    assert without_day(content(warehouse)) == without_day(said[2])
    assert roll_back(warehouse, 4, "再次误发", "李四").publication_id == 6
    assert content(warehouse) == said[0]
    # and forward: what was rolled back is not lost
    assert roll_back(warehouse, 2, "查明无误", "李四").publication_id == 7
    assert content(warehouse) == said[1]
    restored = dict(
        warehouse.execute("select publication_id, restored_publication_id from sharing.roll_back").fetchall()
    )
    assert restored == {4: 1, 6: 1, 7: 2}


def test_the_same_roll_back_again_writes_nothing(three: Any) -> None:
    warehouse, _ = three
    done = roll_back(warehouse, 2, "误发", "张三")
    before = snapshot(warehouse)
    assert roll_back(warehouse, 2, "误发", "张三") == done
    assert snapshot(warehouse) == before


@pytest.mark.parametrize(
    ("number", "reason", "words"),
    [
        (3, "误发", "stands already"),
        (9, "误发", "no publication 9"),
        (0, "误发", "no publication 0"),
        (1, " ", "reason"),
    ],
)
def test_what_cannot_be_rolled_back_changes_nothing(three: Any, number: int, reason: str, words: str) -> None:
    warehouse, _ = three
    before = snapshot(warehouse)
    with pytest.raises(RollBackRefused, match=words):
        roll_back(warehouse, number, reason, "张三")
    assert snapshot(warehouse) == before


def test_without_everything_that_was_written_over_there_is_no_way_back(three: Any) -> None:
    warehouse, said = three
    warehouse.execute("delete from superseded.publication where publication_id = 2")
    before = snapshot(warehouse)
    with pytest.raises(RollBackRefused, match=r"is kept"):
        roll_back(warehouse, 1, "误发", "张三")
    assert snapshot(warehouse) == before
    roll_back(warehouse, 2, "误发", "张三")
    assert content(warehouse) == said[1]


def test_grades_that_the_change_feed_contradicts_are_not_put_back(three: Any) -> None:
    warehouse, _ = three
    warehouse.execute("update superseded.grade set score = score + 1 where subject_key = 'S01' and superseded_by = 2")
    before = snapshot(warehouse)
    with pytest.raises(RollBackRefused, match=r"S01"):
        roll_back(warehouse, 1, "误发", "张三")
    assert snapshot(warehouse) == before


def test_every_released_table_has_its_place_for_what_was_written_over(warehouse: psycopg.Connection[Any]) -> None:
    columns = (
        "select table_name, array_agg(column_name::text order by column_name) from information_schema.columns"
        " where table_schema = %s and table_name = any(%s) group by table_name"
    )
    shared = dict(warehouse.execute(columns, ("sharing", list(RELEASED))).fetchall())
    kept = dict(warehouse.execute(columns, ("superseded", list(RELEASED))).fetchall())
    assert set(kept) == set(RELEASED) == set(shared)
    assert kept == {table: sorted([*names, "superseded_by", "change"]) for table, names in shared.items()}
