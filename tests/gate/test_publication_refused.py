"""What may not be published: each reason in turn, and that nothing has changed afterwards."""

from datetime import date
from typing import Any

import psycopg
import pytest

from credit_grading.publication.publish import Publication, PublicationRefused, publish
from tests.gate.two_releases import JULY, JUNE, NEW, OLD
from tests.sharing.releases import add_verdict, open_run, set_candidates, snapshot, verified_run


@pytest.fixture
def released(warehouse: psycopg.Connection[Any]) -> Publication:
    set_candidates(warehouse, JUNE, OLD)
    return publish(warehouse, verified_run(warehouse, JUNE))


def _nothing(connection: psycopg.Connection[Any]) -> int:
    return open_run(connection, JULY)


def _only_staging(connection: psycopg.Connection[Any]) -> int:
    run_id = open_run(connection, JULY)
    add_verdict(connection, run_id, "staging")
    return run_id


def _only_publication(connection: psycopg.Connection[Any]) -> int:
    run_id = open_run(connection, JULY)
    add_verdict(connection, run_id, "publication")
    return run_id


def _newest_failed(connection: psycopg.Connection[Any]) -> int:
    run_id = verified_run(connection, JULY)
    add_verdict(connection, run_id, "publication", "failed")
    return run_id


def _staging_failed(connection: psycopg.Connection[Any]) -> int:
    run_id = verified_run(connection, JULY)
    add_verdict(connection, run_id, "staging", "failed")
    return run_id


def _verdict_of_another_run(connection: psycopg.Connection[Any]) -> int:
    verified_run(connection, JULY)
    return open_run(connection, JULY)


def _score_changed_by_hand(connection: psycopg.Connection[Any]) -> int:
    run_id = verified_run(connection, JULY)
    connection.execute("update candidate.grade set score = score + 0.01 where subject_key = 'S05'")
    return run_id


def _two_scores_swapped(connection: psycopg.Connection[Any]) -> int:
    run_id = verified_run(connection, JULY)
    connection.execute(
        "update candidate.grade set score = case subject_key when 'S05' then 6 else 5 end"
        " where subject_key in ('S05', 'S06')"
    )
    return run_id


def _contribution_changed_by_hand(connection: psycopg.Connection[Any]) -> int:
    run_id = verified_run(connection, JULY)
    connection.execute("update candidate.contribution set contribution = 0 where subject_key = 'S05'")
    return run_id


def _table_missing(connection: psycopg.Connection[Any]) -> int:
    run_id = verified_run(connection, JULY)
    connection.execute("drop table candidate.contribution")
    return run_id


def _older(connection: psycopg.Connection[Any]) -> int:
    connection.execute("update candidate.grade set as_of = '2025-05-31'")
    return verified_run(connection, date(2025, 5, 31))


def _candidates_of_another_date(connection: psycopg.Connection[Any]) -> int:
    return verified_run(connection, date(2025, 7, 2))


def _abandoned(connection: psycopg.Connection[Any]) -> int:
    run_id = verified_run(connection, JULY)
    connection.execute("update evaluation.run set state = 'abandoned' where run_id = %s", (run_id,))
    return run_id


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (_nothing, "no staging verdict"),
        (_only_staging, "no publication verdict"),
        (_only_publication, "no staging verdict"),
        (_newest_failed, "publication verdict failed"),
        (_staging_failed, "staging verdict failed"),
        (_verdict_of_another_run, "no publication verdict"),
        (_score_changed_by_hand, "not what the gate examined"),
        (_two_scores_swapped, "not what the gate examined"),
        (_contribution_changed_by_hand, "not what the gate examined"),
        (_table_missing, "no candidates"),
        (_older, "older than the last release"),
        (_candidates_of_another_date, "candidates of another date"),
        (_abandoned, "run abandoned"),
    ],
)
def test_refused_publication_changes_nothing_and_says_why(
    warehouse: psycopg.Connection[Any], released: Publication, prepare: Any, words: str
) -> None:
    before = snapshot(warehouse)
    set_candidates(warehouse, JULY, NEW)
    run_id = prepare(warehouse)
    with pytest.raises(PublicationRefused, match=words):
        publish(warehouse, run_id)
    assert snapshot(warehouse) == before
    state, reason = warehouse.execute(
        "select state, reason from evaluation.run where run_id = %s", (run_id,)
    ).fetchone() or ("", "")
    if prepare is _abandoned:
        assert (state, reason) == ("abandoned", None)
    else:
        assert state == "refused"
        assert words in reason


def test_an_unknown_run_is_refused(warehouse: psycopg.Connection[Any], released: Publication) -> None:
    with pytest.raises(PublicationRefused, match="no such run"):
        publish(warehouse, 999)


def test_a_refused_run_can_be_published_once_its_gate_passes(
    warehouse: psycopg.Connection[Any], released: Publication
) -> None:
    set_candidates(warehouse, JULY, NEW)
    run_id = _newest_failed(warehouse)
    with pytest.raises(PublicationRefused):
        publish(warehouse, run_id)
    add_verdict(warehouse, run_id, "publication")
    assert publish(warehouse, run_id).publication_id == 2
