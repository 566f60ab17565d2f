"""The ledger of evaluation runs: a run is one as-of date, seen with what was known at one moment."""

from datetime import date, datetime
from typing import Literal

import psycopg

State = Literal["open", "evaluated", "verified", "refused", "published", "abandoned"]

# What may follow what. A refused run may go on when its cause was removed and the task was started again.
FOLLOWS: dict[State, tuple[State, ...]] = {
    "open": ("evaluated", "refused", "abandoned"),
    "evaluated": ("verified", "refused", "abandoned"),
    "verified": ("evaluated", "published", "refused", "abandoned"),
    "refused": ("evaluated", "verified", "abandoned"),
    "published": (),
    "abandoned": (),
}
CLOSED: tuple[State, ...] = ("refused", "published", "abandoned")

# two runs opened at once must not both find no unfinished one
OPEN_LOCK = 7_220_120


class RunStateError(RuntimeError):
    """The run does not exist, or cannot go to the state that was asked for."""


def open_run(
    connection: psycopg.Connection, as_of: date, dag_run_id: str | None = None, knowledge_at: datetime | None = None
) -> int:
    """Open a run and return its id; an unfinished earlier run is marked 'abandoned'.

    Args:
        connection: to a prepared warehouse.
        as_of: the date on which subjects are graded.
        dag_run_id: the Airflow run that asks, for the record.
        knowledge_at: records that reached us later are not seen (with time zone); default now.

    Raises ValueError where knowledge_at has no time zone.
    """
    if knowledge_at is not None and knowledge_at.tzinfo is None:
        raise ValueError(f"knowledge_at needs a time zone: {knowledge_at.isoformat()}")
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (OPEN_LOCK,))
        connection.execute(
            """
            update evaluation.run
            set state = 'abandoned', reason = 'a later run was opened before this one was finished',
                closed_at = clock_timestamp()
            where state in ('open', 'evaluated', 'verified')
            """
        )
        row = connection.execute(
            """
            insert into evaluation.run (as_of, knowledge_at, dag_run_id)
            values (%s, coalesce(%s::timestamptz, clock_timestamp()), %s)
            returning run_id
            """,
            (as_of, knowledge_at, dag_run_id),
        ).fetchone()
    if row is None:
        raise RunStateError("the warehouse opened no run")
    return int(row[0])


def set_state(connection: psycopg.Connection, run_id: int, state: State, reason: str | None = None) -> None:
    """Move a run on. Setting the state that it has already changes nothing, so a repeated task is harmless.

    Raises RunStateError for an unknown run, for a step that FOLLOWS does not allow, and for a run that is no
    longer the newest (its tables have been overwritten) unless it is being refused or abandoned.
    """
    with connection.transaction():
        row = connection.execute(
            "select state, run_id = (select max(run_id) from evaluation.run) from evaluation.run where run_id = %s "
            "for update",
            (run_id,),
        ).fetchone()
        if row is None:
            raise RunStateError(f"there is no evaluation run {run_id}")
        current: State = row[0]
        if current == state:
            return
        if state not in FOLLOWS[current]:
            raise RunStateError(f"evaluation run {run_id} is '{current}' and cannot become '{state}'")
        if not row[1] and state not in ("refused", "abandoned"):
            raise RunStateError(f"evaluation run {run_id} is not the newest: its results have been replaced")
        connection.execute(
            """
            update evaluation.run
            set state = %s, reason = %s, closed_at = case when %s then clock_timestamp() end
            where run_id = %s
            """,
            (state, reason, state in CLOSED, run_id),
        )
