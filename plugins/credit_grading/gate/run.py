"""Run a gate for one run: examine, decide, and write the verdict down whatever it is."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg

from credit_grading.department.load import DepartmentFileError, load_departments
from credit_grading.department.model import Department
from credit_grading.gate import ledger
from credit_grading.gate.context import gate_context, sqlalchemy_address
from credit_grading.gate.counts import Counts
from credit_grading.gate.evidence import keep_evidence
from credit_grading.gate.examine import add_details, prepare, run_checkpoint
from credit_grading.gate.feeds import record_feed_expectations
from credit_grading.gate.suites import Suite, suites_of
from credit_grading.gate.verdict import CheckResult, Gate, Verdict, decide

log = logging.getLogger(__name__)


class GateMisuse(RuntimeError):
    """The gate was asked about a run that it cannot examine."""


@dataclass(frozen=True)
class _Examination:
    """What came of looking: results, expected number, objections and the fingerprint of what was looked at."""

    results: list[CheckResult]
    expected: int
    objections: list[str]
    fingerprint: str | None


def run_gate(
    connection: psycopg.Connection,
    gate: Gate,
    run_id: int,
    *,
    departments: Iterable[Department] | None = None,
    folder: Path | None = None,
    contracts: Path | None = None,
    today: date | None = None,
) -> Verdict:
    """Examine what came in ('staging') or what would go out ('publication'); does not raise on a failed verdict.

    The gate reads and writes through connections of its own to the database of `connection`, so it sees only what
    is committed, and its verdict stays whatever the caller does next. Safe to repeat: each call is a new verdict.

    Args:
        connection: any open connection to the warehouse.
        gate: which gate.
        run_id: the current run of evaluation.run.
        departments: what load_departments returned (default: the project's department files).
        folder: the expectations folder (default: the project's).
        contracts: folder of the contracts (default: the project's).
        today: day on which promotion dates are judged (default: today).

    Raises:
        SuiteFileError: a suite file is unusable.
        GateMisuse: `run_id` is not the current run: the tables to examine belong to another one.
    """
    suites = suites_of(gate, folder, contracts)
    started = datetime.now(UTC)
    with _own_connection(connection) as own:
        _demand_current_run(own, run_id)
        _expect_feeds(own, departments, run_id)
        verdict_id = ledger.next_verdict_id(own)
        try:
            examination = _examine(own, gate, verdict_id, suites, today or date.today())
        except Exception as error:
            # the gate itself broke: that is a refusal on record, not a run without a verdict
            log.exception("gate %s of run %s could not be examined", gate, run_id)
            problem = f"检验未能进行：{type(error).__name__}: {' '.join(str(error).split())[:500]}"
            examination = _Examination([], sum(len(suite.checks) for suite in suites), [problem], None)
        decision = decide(examination.results, examination.expected, examination.objections)
        verdict = Verdict(
            verdict_id=verdict_id,
            run_id=run_id,
            gate=gate,
            outcome=decision.outcome,
            reason=decision.reason,
            checks_expected=examination.expected,
            checks_executed=decision.checks_executed,
            failed_fatal=decision.failed_fatal,
            failed_warning=decision.failed_warning,
            candidate_fingerprint=examination.fingerprint,
            results=examination.results,
        )
        ledger.write(own, verdict, started)
    return verdict


def _examine(own: psycopg.Connection, gate: Gate, verdict_id: int, suites: list[Suite], day: date) -> _Examination:
    fingerprint = _fingerprint(own, gate)
    severities = {(suite.table, check.check_id): check.severity_on(day) for suite in suites for check in suite.checks}
    items = prepare(suites, Counts(own, suites), severities)
    with gate_context(sqlalchemy_address(own)) as context:
        outcome = run_checkpoint(context, f"verdict-{verdict_id}", items)
        add_details(context, items)
        keep_evidence(context, outcome, items)
    moved = fingerprint != _fingerprint(own, gate)
    objections = ["候选表在检验期间被改动"] if moved else []
    return _Examination([item.result for item in items], len(items), objections, fingerprint)


def _fingerprint(own: psycopg.Connection, gate: Gate) -> str | None:
    if gate != "publication":
        return None
    row = own.execute("select quality.candidate_fingerprint()").fetchone()
    return str(row[0]) if row else None


def _own_connection(connection: psycopg.Connection) -> psycopg.Connection:
    return psycopg.connect(
        connection.info.dsn,
        password=connection.info.password or None,
        autocommit=True,
        application_name="credit_grading.gate",
    )


def _demand_current_run(own: psycopg.Connection, run_id: int) -> None:
    row = own.execute("select run_id from evaluation.current_run").fetchone()
    if row is None or row[0] != run_id:
        current = "there is none" if row is None else f"it is run {row[0]}"
        raise GateMisuse(f"run {run_id} is not the current run ({current}): its tables cannot be examined any more")


def _expect_feeds(own: psycopg.Connection, departments: Iterable[Department] | None, run_id: int) -> None:
    """Write down what the department files promise. A file that is wrong does not free its feeds from the gate."""
    if departments is not None:
        record_feed_expectations(own, departments, run_id)
        return
    try:
        record_feed_expectations(own, load_departments(), run_id)
    except DepartmentFileError as error:
        log.error("department files with mistakes; their feeds are judged as before:\n%s", error)
        record_feed_expectations(own, error.departments, run_id, keep_others=True)
