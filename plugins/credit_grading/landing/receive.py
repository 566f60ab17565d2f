"""Receive a feed: one attempt, one line in the ledger, whatever happens."""

import psycopg
from psycopg.pq import TransactionStatus

from credit_grading import paths
from credit_grading.contract.load import load_contract
from credit_grading.contract.model import Contract
from credit_grading.department.model import Department, Feed
from credit_grading.landing import ledger
from credit_grading.landing.batch import BatchReceiver, Received
from credit_grading.landing.changes import own_headings
from credit_grading.landing.due import judged_by_calendar
from credit_grading.landing.headers import expected_of
from credit_grading.landing.lists import ListReceiver
from credit_grading.landing.person_keys import VARIABLE, configured_key, former_key, settle_key
from credit_grading.landing.persons import PersonGuard
from credit_grading.landing.problem import ALARMS, FeedOutcome, FeedProblem, Problem
from credit_grading.landing.tables import ensure_landing_tables
from credit_grading.platform.today import city_today
from credit_grading.sources.access import OpenConnection
from credit_grading.sources.characters import without_quoted
from credit_grading.sources.model import SourceError
from credit_grading.sources.open import open_source


def receive_feed(
    connection: psycopg.Connection,
    department: Department,
    feed: Feed,
    *,
    open_connection: OpenConnection,
    dag_run_id: str | None = None,
) -> FeedOutcome:
    """Land what a feed offers now, each file or window exactly once, good ones beside bad ones.

    Args:
        connection: to the warehouse, not inside a transaction: batches and the attempt are committed here.
        department: whose feed it is.
        feed: which one.
        open_connection: connection id → SQLAlchemy URL, folder for files, or base address, with credentials.
        dag_run_id: written beside what is landed.

    Returns the outcome: ``loaded``, ``nothing_new`` or ``not_yet_published``.
    Raises FeedProblem for every other outcome of landing.feed_attempt, after the attempt is committed; files
    without fault are landed all the same. Errors of the warehouse itself are raised as they are.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise RuntimeError("receive_feed commits its own transactions: give it a connection that is in none")
    contract = load_contract(feed.contract_id)
    ensure_landing_tables(connection, [contract])
    try:
        guard = _guard(connection, contract, feed)
        receiver = BatchReceiver(connection, contract, department.id, feed, dag_run_id, guard=guard)
        folder = paths.state() / "pages" / department.id / feed.id
        expected = expected_of(contract, own_headings(feed, contract))
        items = open_source(feed.source, open_connection, expected=expected, folder=folder)
        if feed.delivery.kind == "snapshot":
            results = ListReceiver(connection, receiver, contract, department.id, feed).receive(items)
        else:
            results = [receiver.receive(item) for item in items]
    except SourceError as error:
        message = without_quoted(str(error)) if contract.has_persons else str(error)
        results = [_failed(department, feed, error.outcome, message)]
    outcome = _combined(results or [_absent(connection, department, feed)])
    if feed.is_live(city_today()):
        outcome = judged_by_calendar(connection, department, feed, outcome)
    ledger.record_attempt(connection, department.id, feed.id, outcome, dag_run_id)
    if outcome.outcome in ALARMS:
        raise FeedProblem(department.id, feed.id, outcome)
    return outcome


def _guard(connection: psycopg.Connection, contract: Contract, feed: Feed) -> PersonGuard | None:
    if not contract.has_persons:
        return None
    key = configured_key()
    if key is None:
        raise SourceError(
            "person_key_missing", f"数据含个人信息，须先设置密钥（persons: the key is not set）：{VARIABLE}"
        )
    former = former_key()
    settle_key(connection, key, former)
    return PersonGuard(contract, key, former, feed.headers)


def _absent(connection: psycopg.Connection, department: Department, feed: Feed) -> Received:
    # a planned feed that somebody tries, or one whose due day decides
    if not feed.is_live(city_today()) or feed.due is not None:
        return Received("not_yet_published")
    with connection.transaction():
        is_early = ledger.is_within_grace(connection, department.id, feed.id, feed.grace_days)
    if is_early:
        return Received("not_yet_published")
    location = feed.source.get("location")
    return _failed(department, feed, "missing_file", f"没有找到文件（no file matches）：{location}")


def _failed(department: Department, feed: Feed, outcome: str, message: str) -> Received:
    source = feed.source
    file = source.get("location") or f"{source.get('connection')}:{source.get('table') or source.get('path')}"
    return Received(outcome, problems=[Problem("error", department.id, feed.id, file, None, None, message)])


def _combined(results: list[Received]) -> FeedOutcome:
    """One outcome for all items: the gravest alarm if any, else what is best news."""
    names = {result.outcome for result in results}
    order = (*ALARMS, "loaded", "nothing_new", "not_yet_published")
    return FeedOutcome(
        outcome=next(name for name in order if name in names),
        batches=[result.batch_id for result in results if result.batch_id is not None],
        rows=sum(result.rows for result in results),
        problems=[problem for result in results for problem in result.problems],
    )
