"""What may be published, and what a publication changes: on a real Postgres, with candidates built by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.publication.publish import Publication, publish
from tests.gate.two_releases import JULY, JUNE, NEW, OLD
from tests.sharing.releases import set_candidates, snapshot, verified_run
from tests.sharing.sectors import DEFAULTS, add


@pytest.fixture
def released(warehouse: psycopg.Connection[Any]) -> Publication:
    set_candidates(warehouse, JUNE, OLD)
    warehouse.execute(
        "insert into candidate.limit_hit"
        " select rulebook_id, subject_key, facet, 'dishonest', '2026-01-01', '[]' from candidate.grade;"
        "insert into candidate.crosswalk_level select rulebook_id, subject_key, facet, 'M', '[]' from candidate.grade;"
        "insert into candidate.single_change (rulebook_id, subject_key, facet, direction, kind, grade)"
        " select rulebook_id, subject_key, facet, 'down', 'record_added', 'D' from candidate.grade"
    )
    for table in DEFAULTS:
        add(warehouse, table, {})
    return publish(warehouse, verified_run(warehouse, JUNE))


def test_first_publication_releases_every_candidate(warehouse: psycopg.Connection[Any], released: Publication) -> None:
    assert (released.publication_id, released.grades_added, released.grades_changed) == (1, 10, 0)
    assert (released.first_sequence, released.last_sequence) == (1, 10)
    for table in (
        "grade",
        "contribution",
        "limit_hit",
        "crosswalk_level",
        "single_change",
        "indicator",
        "grade_limit",
        "grade_band",
        "grade_condition",
        "rulebook",
        "measure",
        "scenario_effect",
        "dictionary",
        "rulebook_data_age",
        "bidding_bad_behaviour",
        "procurement_supplier",
        "procurement_violation",
        "procurement_expert",
        "expert_review",
        "expert_violation",
    ):
        columns = ", ".join(
            column
            for (column,) in warehouse.execute(
                "select attname::text from pg_attribute"
                " where attrelid = %s::regclass and attnum > 0 and not attisdropped",
                (f"candidate.{table}",),
            )
        )
        difference = warehouse.execute(
            f"(select {columns} from candidate.{table} except select {columns} from sharing.{table})"
            f" union all (select {columns} from sharing.{table} except select {columns} from candidate.{table})"
        ).fetchall()
        assert difference == [], table
        assert warehouse.execute(f"select count(*) > 0 from sharing.{table}").fetchone() == (True,), table
    assert warehouse.execute("select * from sharing.verdict order by suite").fetchall() == [
        (1, "publication_suite", 2, 1, 1, 0),
        (1, "staging_suite", 2, 1, 1, 0),
    ]
    assert warehouse.execute(
        "select publication_id, feed_id, age_days, is_carried_over from sharing.feed_age"
    ).fetchall() == [(1, "honour", 2, True)]
    assert warehouse.execute("select state, reason from evaluation.run").fetchall() == [("published", None)]


def test_next_publication_touches_only_what_differs(warehouse: psycopg.Connection[Any], released: Publication) -> None:
    untouched = "select ctid, xmin, * from sharing.grade where subject_key between 'S02' and 'S09' order by subject_key"
    before = warehouse.execute(untouched).fetchall()
    set_candidates(warehouse, JULY, NEW)
    publication = publish(warehouse, verified_run(warehouse, JULY))
    assert (publication.grades_added, publication.grades_changed, publication.grades_removed) == (1, 1, 1)
    assert warehouse.execute(untouched).fetchall() == before
    assert warehouse.execute(
        "select sequence, publication_id, change, subject_key, as_of, previous_score, previous_grade, score, grade"
        " from sharing.grade_change where sequence > %s order by sequence",
        (released.last_sequence,),
    ).fetchall() == [
        (11, 2, "removed", "S00", JULY, Decimal(0), "A", None, None),
        (12, 2, "changed", "S01", JULY, Decimal(1), "A", Decimal("99.5"), "B"),
        (13, 2, "added", "S10", JULY, None, None, Decimal(70), "A"),
    ]
    assert warehouse.execute(
        "select subject_key, publication_id, as_of from sharing.grade where publication_id = 2 order by 1"
    ).fetchall() == [("S01", 2, JULY), ("S10", 2, JULY)]


def test_replaying_the_change_feed_gives_the_grades(warehouse: psycopg.Connection[Any], released: Publication) -> None:
    for as_of, grades in ((JULY, NEW), (date(2025, 8, 1), OLD[:5]), (date(2025, 9, 1), NEW)):
        set_candidates(warehouse, as_of, grades)
        publish(warehouse, verified_run(warehouse, as_of))
    replayed: dict[tuple[str, ...], tuple[Any, ...]] = {}
    feed = warehouse.execute(
        "select sequence, change, rulebook_id, subject_key, facet, score, grade from sharing.grade_change order by 1"
    ).fetchall()
    assert [row[0] for row in feed] == list(range(1, len(feed) + 1))
    for _, change, *key, score, grade in feed:
        if change == "removed":
            del replayed[tuple(key)]
        else:
            assert (tuple(key) in replayed) == (change == "changed")
            replayed[tuple(key)] = (score, grade)
    published = warehouse.execute("select rulebook_id, subject_key, facet, score, grade from sharing.grade").fetchall()
    assert replayed == {tuple(key): (score, grade) for *key, score, grade in published}
    assert len(replayed) == len(NEW)


def test_the_same_run_twice_gives_the_same_publication_and_writes_nothing(
    warehouse: psycopg.Connection[Any], released: Publication
) -> None:
    before = snapshot(warehouse)
    set_candidates(warehouse, JULY, NEW)
    assert publish(warehouse, released.run_id) == released
    assert snapshot(warehouse) == before


def test_a_release_without_difference_is_still_a_publication(
    warehouse: psycopg.Connection[Any], released: Publication
) -> None:
    set_candidates(warehouse, JULY, OLD)
    publication = publish(warehouse, verified_run(warehouse, JULY))
    assert (publication.publication_id, publication.as_of) == (2, JULY)
    assert (publication.grades_changed, publication.first_sequence, publication.last_sequence) == (0, None, None)


@pytest.mark.parametrize(
    "column", ["subject_name", "division_code", "rulebook_version", "score", "grade", "city_grade", "grade_status",
               "limit_id", "gap_to_next_band", "next_change_on"],
)  # fmt: skip
def test_a_difference_in_any_column_is_released(
    warehouse: psycopg.Connection[Any], released: Publication, column: str
) -> None:
    value = {"city_grade": "E", "grade_status": "cap", "next_change_on": JULY}.get(column, "7")
    warehouse.execute(f"update candidate.grade set {column} = %s where subject_key = 'S03'", (value,))
    publication = publish(warehouse, verified_run(warehouse, JUNE))
    assert (publication.grades_added, publication.grades_changed, publication.grades_removed) == (0, 1, 0)
    assert warehouse.execute(f"select {column}::text from sharing.grade where subject_key = 'S03'").fetchone() == (
        str(value),
    )


def test_a_difference_in_the_evidence_alone_is_released(
    warehouse: psycopg.Connection[Any], released: Publication
) -> None:
    warehouse.execute(
        "update candidate.contribution set records = '[{\"summary\": \"更正\"}]' where subject_key = 'S03'"
    )
    publish(warehouse, verified_run(warehouse, JUNE))
    assert warehouse.execute(
        "select records -> 0 ->> 'summary' from sharing.contribution where subject_key = 'S03'"
    ).fetchone() == ("更正",)


def test_an_open_transaction_is_not_published_into(warehouse: psycopg.Connection[Any], released: Publication) -> None:
    set_candidates(warehouse, JULY, NEW)
    run_id = verified_run(warehouse, JULY)
    with warehouse.transaction(), pytest.raises(ValueError, match="open transaction"):
        publish(warehouse, run_id)


def test_the_fingerprint_is_of_content_not_of_order_or_session(warehouse: psycopg.Connection[Any]) -> None:
    fingerprint = "select quality.candidate_fingerprint()"
    set_candidates(warehouse, JUNE, OLD)
    first = warehouse.execute(fingerprint).fetchone()
    set_candidates(warehouse, JUNE, OLD[::-1])
    warehouse.execute("set timezone = 'Asia/Shanghai'; set datestyle = 'German'")
    assert warehouse.execute(fingerprint).fetchone() == first
    warehouse.execute("insert into candidate.grade select * from candidate.grade where subject_key = 'S00'")
    assert warehouse.execute(fingerprint).fetchone() != first
