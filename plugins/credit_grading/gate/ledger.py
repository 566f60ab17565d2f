"""Verdicts in the warehouse: write one, read them back."""

from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from credit_grading.gate.verdict import CheckResult, Verdict

INSERT_VERDICT = """
    insert into quality.verdict (
        verdict_id, run_id, gate, outcome, reason, checks_expected, checks_executed, failed_fatal, failed_warning,
        candidate_fingerprint, started_at, finished_at
    )
    overriding system value values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
INSERT_RESULT = """
    insert into quality.check_result (
        verdict_id, suite, check_id, title_zh, severity, status, numerator, denominator, sample_keys, detail, owner,
        note
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def next_verdict_id(connection: psycopg.Connection) -> int:
    """Reserve a number for a verdict, so that its evidence can bear it before the verdict is known."""
    sequence = "select nextval(pg_get_serial_sequence('quality.verdict', 'verdict_id'))"
    row = connection.execute(sequence).fetchone()
    assert row is not None
    return int(row[0])


def write(connection: psycopg.Connection, verdict: Verdict, started: datetime) -> None:
    """Write a verdict and all its results in one transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            INSERT_VERDICT,
            (
                verdict.verdict_id,
                verdict.run_id,
                verdict.gate,
                verdict.outcome,
                verdict.reason,
                verdict.checks_expected,
                verdict.checks_executed,
                verdict.failed_fatal,
                verdict.failed_warning,
                verdict.candidate_fingerprint,
                started,
                datetime.now(UTC),
            ),
        )
        cursor.executemany(INSERT_RESULT, [_row(verdict.verdict_id, result) for result in verdict.results])


def _row(verdict_id: int, result: CheckResult) -> tuple[Any, ...]:
    return (
        verdict_id,
        result.suite,
        result.check_id,
        result.title_zh,
        result.severity,
        result.status,
        result.numerator,
        result.denominator,
        Jsonb(result.sample_keys),
        result.detail,
        result.owner,
        result.note,
    )


def read_verdicts(connection: psycopg.Connection, limit: int, run_id: int | None = None) -> list[dict[str, Any]]:
    """The newest verdicts with the as-of date of their run, newest first; of one run where `run_id` is given."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """
            select verdict.*, run.as_of, publication.publication_id
            from quality.verdict
            inner join evaluation.run on verdict.run_id = run.run_id
            left join sharing.publication
                on publication.verdict_id = verdict.verdict_id and publication.kind = 'release'
            where %(run_id)s::bigint is null or verdict.run_id = %(run_id)s::bigint
            order by verdict.verdict_id desc
            limit %(limit)s
            """,
            {"run_id": run_id, "limit": limit},
        ).fetchall()


def read_results(connection: psycopg.Connection, verdict_id: int) -> list[dict[str, Any]]:
    """All check results of one verdict: what blocks first, then failures, then by suite."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """
            select *
            from quality.check_result
            where verdict_id = %s
            order by
                status <> 'error', not (status = 'failed' and severity = 'fatal'), status <> 'failed',
                status <> 'not_applicable', suite, check_id
            """,
            (verdict_id,),
        ).fetchall()
