"""The ledger of evaluation runs: a run is one as-of date, seen with what was known at one moment."""

from datetime import date, datetime
from typing import Literal

import psycopg

from credit_grading.evaluation.engine import engine_hash

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


# A run can follow the one whose results the tables hold where neither of its clocks goes back and the SQL is the same.
OPEN = """
with asked as (
    select %(as_of)s::date as as_of, coalesce(%(knowledge_at)s::timestamptz, clock_timestamp()) as knowledge_at
),

in_force as (
    select array_agg(format('%%s@%%s#%%s', rulebook_id, version, target_no) order by rulebook_id) as rulebooks
    from asked
    inner join rulebook.rulebook
        on in_force_from <= asked.as_of and (in_force_until is null or in_force_until > asked.as_of)
    inner join rulebook.target using (rulebook_id, version)
    where target.purpose = 'population'
),

held as (
    select run.* from evaluation.held_run inner join evaluation.run on held_run.run_id = run.run_id
),

judged as (
    select
        asked.as_of, asked.knowledge_at, held.run_id, in_force.rulebooks,
        case
            when %(every_subject)s then 'asked for'
            when held.run_id is null then 'the tables hold no finished run'
            when held.engine_hash is distinct from %(engine)s then 'the evaluation itself has changed'
            when held.as_of > asked.as_of then 'the day lies before that of the run that the tables hold'
            when held.knowledge_at > asked.knowledge_at then 'less is known than in the run that the tables hold'
            when held.rulebooks is distinct from in_force.rulebooks then 'another version of a rulebook is in force'
        end as reason
    from asked
    cross join in_force
    left join held on true
)

insert into evaluation.run (
    as_of, knowledge_at, rulebooks_at, dag_run_id, mode, follows_run_id, mode_reason, engine_hash, rulebooks
)
select
    -- a rulebook that is loaded while the run goes on waits for the next run: this one can be repeated
    as_of, knowledge_at, clock_timestamp(), %(dag_run_id)s, case when reason is null then 'touched' else 'full' end,
    case when reason is null then run_id end, reason, %(engine)s, rulebooks
from judged
returning run_id
"""


class RunStateError(RuntimeError):
    """The run does not exist, or cannot go to the state that was asked for."""


def open_run(
    connection: psycopg.Connection,
    as_of: date,
    dag_run_id: str | None = None,
    knowledge_at: datetime | None = None,
    *,
    every_subject: bool = False,
) -> int:
    """Open a run and return its id; an unfinished earlier run is marked 'abandoned'.

    Only the subjects that something happened to are evaluated where the tables hold an earlier run that this one
    can follow; otherwise every subject is, and the run says why (`mode`, `mode_reason`).

    Args:
        connection: to a prepared warehouse.
        as_of: the date on which subjects are graded.
        dag_run_id: the Airflow run that asks, for the record.
        knowledge_at: records that reached us later are not seen (with time zone); default now.
        every_subject: evaluate every subject, whatever the tables hold.

    Raises ValueError where knowledge_at has no time zone.
    """
    if knowledge_at is not None and knowledge_at.tzinfo is None:
        raise ValueError(f"knowledge_at needs a time zone: {knowledge_at.isoformat()}")
    engine = engine_hash()
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
        if knowledge_at is None:
            # A batch is dated before it commits. Whoever is committing one is waited for, and whoever comes later
            # dates it later: what this run may know is all there, and the run that follows finds the rest.
            connection.execute("lock table landing.batch in share mode")
        row = connection.execute(
            OPEN,
            {
                "as_of": as_of, "knowledge_at": knowledge_at, "dag_run_id": dag_run_id, "engine": engine,
                "every_subject": every_subject,
            },
        ).fetchone()  # fmt: skip
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


def follows_run(connection: psycopg.Connection) -> bool:
    """Whether the current run evaluates only the subjects that something happened to since another run."""
    row = connection.execute("select mode = 'touched' from evaluation.current_run").fetchone()
    return bool(row and row[0])
