"""The candidate models, built by the real dbt from the project's own rulebooks: complete, explained, described."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.evaluation.run import open_run
from credit_grading.publication.explain import explain
from credit_grading.publication.publish import publish
from credit_grading.rulebook.load import load_rulebooks
from credit_grading.transform.dbt import DbtFailed, run_dbt
from tests.oracle.warehouse import create_records, fill_records
from tests.sharing.releases import add_verdict

AS_OF = date(2026, 6, 30)
KNOWN = datetime(2026, 6, 1, tzinfo=UTC)
CLEAN, FINED, LISTED = "91500103MA5U00000A", "91500103MA5U00001B", "91500103MA5U00002C"


def record(number: int, item: str, subject: str, **values: Any) -> Any:
    return {
        "record_id": f"r{number}", "record_key": f"k{number}", "catalogue_item_id": item, "subject_key": subject,
        "reported_subject_key": subject, "facet": "", "department_id": "market_regulation", "contract_id": item,
        "behaviour_code": "", "severity": "", "occurred_on": date(2026, 3, 1), "effective_from": date(2026, 3, 1),
        "quantity": 1, "summary": f"{item} 第{number}号", "known_from": KNOWN, "batch_id": 5, "row_number": number,
    } | values  # fmt: skip


RECORDS = [
    *(record(n, "market_entity_registered", subject) for n, subject in enumerate((CLEAN, FINED, LISTED), 1)),
    record(4, "administrative_penalty", FINED, amount=Decimal("6000.10")),
    record(5, "administrative_penalty", FINED, amount=Decimal(100), occurred_on=date(2026, 4, 1)),
    record(6, "serious_dishonesty", LISTED),
]


@pytest.fixture
def built(warehouse: psycopg.Connection[Any]) -> tuple[psycopg.Connection[Any], int]:
    create_records(warehouse)
    fill_records(warehouse, RECORDS)
    warehouse.execute(
        "create table thematic.subject (subject_key text, subject_kind text, subject_name text, division_code text)"
    )
    warehouse.execute(
        "insert into thematic.subject values (%s, 'coded', '清白公司', '500103'), (%s, 'coded', '受罚公司', '500103')",
        (CLEAN, FINED),
    )
    load_rulebooks(warehouse)
    run_id = open_run(warehouse, AS_OF, None)
    run_dbt("seed", "--select", "catalogue_item")
    run_dbt("run", "--select", "path:models/evaluation", "path:models/sharing")
    return warehouse, run_id


def test_candidates_are_complete_publishable_and_explained(built: tuple[psycopg.Connection[Any], int]) -> None:
    """One build, several questions: building costs more than asking."""
    connection, run_id = built
    every_grade_is_a_candidate(connection)
    evidence_is_that_of_the_records(connection)
    the_dictionary_covers_exactly_the_sharing_columns(connection)
    add_verdict(connection, run_id, "staging")
    add_verdict(connection, run_id, "publication")
    assert publish(connection, run_id).grades_added == 3
    every_line_adds_up(connection)
    text = explain(connection, "public_credit", FINED)
    assert "administrative_penalty 第4号" in text
    assert "administrative_penalty 第5号" in text
    listed = explain(connection, "public_credit", LISTED)
    assert "等级限制：" in listed
    assert "serious_dishonesty 第6号" in listed


def every_grade_is_a_candidate(connection: psycopg.Connection[Any]) -> None:
    grades = connection.execute(
        "select rulebook_id, subject_key, score, grade from evaluation.grade order by 1, 2"
    ).fetchall()
    assert [row[:2] for row in grades] == [("public_credit", subject) for subject in (CLEAN, FINED, LISTED)]
    assert (
        connection.execute(
            "select rulebook_id, subject_key, score, grade from candidate.grade order by 1, 2"
        ).fetchall()
        == grades
    )
    # the third is graded although no feed named it
    assert connection.execute("select subject_name from candidate.grade order by subject_key").fetchall() == [
        ("清白公司",), ("受罚公司",), (LISTED,),
    ]  # fmt: skip


def evidence_is_that_of_the_records(connection: psycopg.Connection[Any]) -> None:
    records = connection.execute(
        "select records from candidate.contribution where subject_key = %s and indicator_id = 'penalty_amount'",
        (FINED,),
    ).fetchone()
    assert records is not None
    assert [(line["record_key"], line["points"], line["occurred_on"]) for line in records[0]] == [
        ("k4", 6000.10, "2026-03-01"), ("k5", 100, "2026-04-01"),
    ]  # fmt: skip
    # 36 calendar months from the day of the penalty
    assert {line["effective_until"] for line in records[0]} == {"2029-03-01", "2029-04-01"}
    hits = connection.execute("select subject_key, records -> 0 ->> 'record_key' from candidate.limit_hit").fetchall()
    assert hits == [(LISTED, "k6")]


def the_dictionary_covers_exactly_the_sharing_columns(connection: psycopg.Connection[Any]) -> None:
    existing = connection.execute(
        "select table_name::text, column_name::text, ordinal_position::integer from information_schema.columns"
        " where table_schema = 'sharing' order by 1, 2"
    ).fetchall()
    described = connection.execute(
        "select table_name, column_name, position from candidate.dictionary order by 1, 2"
    ).fetchall()
    assert described == existing
    assert len(described) > 100
    bare = connection.execute(
        "select table_name, column_name from candidate.dictionary where title_zh !~ '[一-龥]' or description_zh = ''"
    ).fetchall()
    assert bare == []


def every_line_adds_up(connection: psycopg.Connection[Any]) -> None:
    assert connection.execute(
        "select count(*), count(*) filter (where total = score) from ("
        " select grade.score, (select sum(contribution) from sharing.grade_explained as line"
        "  where (line.rulebook_id, line.subject_key, line.facet) = (grade.rulebook_id, grade.subject_key, grade.facet)"
        " ) as total from sharing.grade) as sums"
    ).fetchone() == (3, 3)


def test_a_column_without_words_fails_the_build(warehouse: psycopg.Connection[Any]) -> None:
    warehouse.execute("alter table sharing.grade add column undescribed text")
    with pytest.raises(DbtFailed, match="candidate_dictionary"):
        run_dbt("run", "--select", "candidate_dictionary")


def test_feed_age_counts_from_new_content_and_declares_what_is_carried_over(warehouse: psycopg.Connection[Any]) -> None:
    warehouse.execute(
        """
        insert into landing.batch
            (contract_id, department_id, feed_id, window_key, content_hash, source_name, row_count, known_from)
        -- 17:00 UTC is already the next day in the city
        select 'honour', 'finance', feed, 'w', 'h', 'f', 1, timestamptz '2026-06-09 17:00 UTC'
        from unnest(array['fresh', 'same', 'silent', 'newer']) as feed;
        insert into landing.batch
            (contract_id, department_id, feed_id, window_key, content_hash, source_name, row_count, known_from)
        values ('honour', 'finance', 'newer', 'w2', 'h2', 'f', 1, timestamptz '2026-07-15 00:00 UTC');
        insert into landing.feed_attempt (department_id, feed_id, outcome, attempted_at)
        values ('finance', 'fresh', 'missing_file', '2026-06-01'), ('finance', 'fresh', 'loaded', '2026-06-09'),
            ('finance', 'same', 'nothing_new', '2026-06-29'), ('finance', 'silent', 'empty_feed', '2026-06-29'),
            ('finance', 'newer', 'loaded', '2026-06-09'), ('finance', 'newer', 'missing_file', '2026-07-15'),
            ('finance', 'never', 'source_unreachable', '2026-06-29')
        """
    )
    open_run(warehouse, AS_OF, None, knowledge_at=datetime(2026, 6, 30, 12, tzinfo=UTC))
    run_dbt("run", "--select", "candidate_feed_age")
    assert warehouse.execute(
        "select feed_id, last_outcome, age_days, is_carried_over from candidate.feed_age order by 1"
    ).fetchall() == [
        ("fresh", "loaded", 20, False),
        ("never", "source_unreachable", None, True),
        # what came after the run's knowledge does not count
        ("newer", "loaded", 20, False),
        ("same", "nothing_new", 20, False),
        ("silent", "empty_feed", 20, True),
    ]


def test_each_rulebook_declares_the_feeds_behind_it(built: tuple[psycopg.Connection[Any], int]) -> None:
    """Also a feed that no department file names any more, and one that never came."""
    warehouse, run_id = built
    warehouse.execute(
        """
        insert into landing.batch
            (contract_id, department_id, feed_id, window_key, content_hash, source_name, row_count, known_from)
        select contract, 'market_regulation', feed, 'w', 'h', 'f', 1, timestamptz '2026-06-09 08:00 UTC'
        from (values ('administrative_penalty', 'penalties'), ('expert_review', 'reviews')) as feed (contract, feed);
        insert into landing.feed_attempt (department_id, feed_id, outcome, attempted_at)
        values ('market_regulation', 'penalties', 'missing_file', '2026-06-20');
        """
    )
    warehouse.execute(
        "insert into quality.feed_expectation (department_id, feed_id, contract_id, title_zh, owner, grace_days,"
        " rejected_share_percent, run_id) values ('finance', 'honours', 'honour', '市财政局·荣誉', 'o', 3, 10, %s)",
        (run_id,),
    )
    warehouse.execute("update evaluation.run set knowledge_at = clock_timestamp()")
    run_dbt("run", "--select", "candidate_feed_age", "candidate_rulebook_data_age")
    rows = warehouse.execute(
        "select feed_id, title_zh, age_days, is_carried_over from candidate.rulebook_data_age"
        " where rulebook_id = 'public_credit' order by 1"
    ).fetchall()
    assert rows == [("honours", "市财政局·荣誉", None, True), ("penalties", "market_regulation·penalties", 21, True)]
    experts = warehouse.execute(
        "select feed_id from candidate.rulebook_data_age where rulebook_id = 'procurement_expert'"
    ).fetchall()
    assert experts == [("reviews",)]
    # what reads the score of public_credit stands on its feeds as well
    readers = warehouse.execute(
        "select distinct rulebook_id from candidate.rulebook_data_age where feed_id = 'penalties' order by 1"
    ).fetchall()
    assert len(readers) > 1


def test_a_due_day_says_whether_older_data_was_carried_over(warehouse: psycopg.Connection[Any]) -> None:
    run_id = open_run(warehouse, AS_OF, None, knowledge_at=datetime(2026, 6, 30, 12, tzinfo=UTC))
    for feed, due in (("early", 30), ("owing", 10), ("arrived", 10)):
        warehouse.execute(
            "insert into landing.batch"
            " (contract_id, department_id, feed_id, window_key, content_hash, source_name, row_count, known_from)"
            " select 'honour', 'finance', %(feed)s, 'w', 'h', 'f', 1,"
            " case %(feed)s when 'arrived' then timestamptz '2026-06-03' else timestamptz '2026-05-20' end",
            {"feed": feed},
        )
        warehouse.execute(
            "insert into landing.feed_attempt (department_id, feed_id, outcome, attempted_at)"
            " values ('finance', %(feed)s, 'loaded', '2026-05-01'),"
            " ('finance', %(feed)s, case %(feed)s when 'early' then 'not_yet_published' else 'nothing_new' end,"
            " '2026-06-29')",
            {"feed": feed},
        )
        warehouse.execute(
            "insert into quality.feed_expectation (department_id, feed_id, contract_id, title_zh, owner, grace_days,"
            " rejected_share_percent, due, run_id)"
            " values ('finance', %s, 'honour', 't', 'o', 0, 10, jsonb_build_object('day_of_month', %s::integer), %s)",
            (feed, due, run_id),
        )
    run_dbt("run", "--select", "candidate_feed_age")
    assert warehouse.execute(
        "select feed_id, feed_state, due_on::text, is_carried_over from candidate.feed_age order by 1"
    ).fetchall() == [
        ("arrived", "received", "2026-06-10", False),
        ("early", "due", "2026-06-30", False),
        ("owing", "late", "2026-06-10", True),
    ]
