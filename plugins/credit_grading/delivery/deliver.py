"""One delivery of one department: what it lacks, exactly once, in order, with every attempt in the ledger."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from credit_grading import paths
from credit_grading.delivery.database import write_database
from credit_grading.delivery.files import write_files
from credit_grading.delivery.ledger import pending, previous, record
from credit_grading.delivery.model import Attempt, Delivered, DeliveryFailed
from credit_grading.delivery.source import Release, release_as
from credit_grading.department.model import OutgoingDelivery
from credit_grading.sources.access import Access, OpenConnection, access_of
from credit_grading.warehouse.connection import connect
from credit_grading.warehouse.session_lock import hold

# any fixed number that nobody else in the database locks with
DELIVERY_LOCK = 7_220_133


def deliver(
    department_id: str, delivery: OutgoingDelivery, *, open_connection: OpenConnection, again: bool = False
) -> list[Attempt]:
    """Bring the department every publication that the delivery lacks, oldest first; empty where it lacks none.

    Args:
        department_id: whose role reads, so that nothing can be delivered that it may not see.
        delivery: as its file declares it.
        open_connection: Airflow connection id → what is behind it.
        again: deliver once more what was delivered (full: the newest; changes: from the first on).

    Raises:
        DeliveryFailed: with the reason; those before it stand, nothing of this one counts.
        ReceiverUnreachable: the same, and trying again may help.
    """
    name = f"{department_id}/{delivery.id}"
    with connect(autocommit=True) as ledger:
        # two at once would write the same rows
        if not hold(ledger, DELIVERY_LOCK, name):
            raise DeliveryFailed(f"推送 {name} 正在进行 (this delivery is under way)")
        with release_as(department_id) as release:
            if release.newest is None:
                return []
            run = _Run(ledger, release, department_id, delivery, open_connection, again)
            wanted = pending(ledger, department_id, delivery, release.newest, again=again)
            return [run.attempt(publication_id) for publication_id in wanted]


@dataclass(frozen=True, slots=True)
class _Run:
    ledger: psycopg.Connection[Any]
    release: Release
    department_id: str
    delivery: OutgoingDelivery
    open_connection: OpenConnection
    again: bool

    def attempt(self, publication_id: int) -> Attempt:
        """Deliver one publication, and say in the ledger how it ended."""
        started_at = datetime.now(UTC)
        try:
            outcome, tables = self._write(publication_id)
        except Exception as problem:
            # what is not known may repeat rows or an address
            known = isinstance(problem, DeliveryFailed)
            text = str(problem) if known else f"{type(problem).__name__}，见日志 (unexpected: see the log)"
            failed = Attempt(publication_id, "failed", started_at, error=text)
            record(self.ledger, self.department_id, self.delivery, failed)
            raise
        attempt = Attempt(publication_id, outcome, started_at, tables)
        record(self.ledger, self.department_id, self.delivery, attempt)
        return attempt

    def _write(self, publication_id: int) -> tuple[str, list[Delivered]]:
        delivery = self.delivery
        access = _access(self.department_id, delivery, self.open_connection)
        publication = self.release.publication(publication_id)
        extracts = [self.release.extract(table, delivery, publication_id) for table in delivery.what]
        if delivery.kind == "database":
            name = f"{self.department_id}/{delivery.id}"
            return write_database(access, name, publication, extracts, mode=delivery.mode, again=self.again)
        about = {
            "department_id": self.department_id,
            "delivery_id": delivery.id,
            "purpose": delivery.purpose,
            "mode": delivery.mode,
            "rulebooks": None if delivery.rulebooks is None else list(delivery.rulebooks),
            "previous_publication_id": previous(self.ledger, self.department_id, delivery.id, publication_id),
        }
        return write_files(access, about, publication, extracts, again=self.again)


def _access(department_id: str, delivery: OutgoingDelivery, open_connection: OpenConnection) -> Access:
    if delivery.connection is None:
        return Access(str(paths.state() / "deliveries" / department_id / delivery.id))
    try:
        access = access_of(open_connection(delivery.connection))
    except Exception as error:  # whoever keeps the connections has errors of its own
        raise DeliveryFailed(
            f"连接 {delivery.connection} 不可用 (connection unavailable): {type(error).__name__}"
        ) from None
    if delivery.kind == "database":
        return access
    return Access(f"{access.url.rstrip('/')}/{department_id}/{delivery.id}", access.options)
