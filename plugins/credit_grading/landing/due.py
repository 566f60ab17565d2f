"""What the calendar says of an attempt that brought nothing: not yet due, late, or all is well."""

from dataclasses import replace

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from credit_grading.department.model import Department, Feed
from credit_grading.landing.problem import FeedOutcome, Level, Problem

# the outcomes of an attempt that found neither something new nor something wrong
QUIET = frozenset({"nothing_new", "not_yet_published"})

STATE = """
select state.*, calendar.city_day(now()) as today
from (
    select calendar.city_day(min(attempted_at)) as first_day from landing.feed_attempt
    where department_id = %(department_id)s and feed_id = %(feed_id)s
) as attempt
cross join (
    select calendar.city_day(max(known_from)) as last_day from landing.batch
    where department_id = %(department_id)s and feed_id = %(feed_id)s and not holds_corrections
) as batch
cross join lateral calendar.feed_state(
    %(rule)s, calendar.city_day(now()),
    greatest(coalesce(attempt.first_day, calendar.city_day(now())), %(live_since)s::date), batch.last_day
) as state
"""

SAID = {
    "not_yet_due": "未到报送日（not yet due）",
    "due": "今天是报送日（due today）",
    "not_yet_published": "本期尚未报送，在宽限期内（not yet published, within its grace）",
    "late": "本期没有收到新数据，已超过宽限期（nothing new came, and the grace has passed）",
}


def judged_by_calendar(
    connection: psycopg.Connection, department: Department, feed: Feed, outcome: FeedOutcome
) -> FeedOutcome:
    """The outcome in the light of the feed's due day; as it is, where the feed has none or the attempt was not quiet.

    An old file that still lies there is not this period's delivery: before the due day and within the grace the feed
    is ``not_yet_published``, after it ``missing_file``; ``nothing_new`` where this period's data has come.
    Rows that come back corrected are of the delivery that they were sent back from. What a person tried before the
    feed was switched on makes nothing due.
    """
    if feed.due is None or outcome.outcome not in QUIET:
        return outcome
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        state = cursor.execute(
            STATE,
            {
                "department_id": department.id, "feed_id": feed.id, "rule": Jsonb(dict(feed.due)),
                "live_since": feed.live_since,
            },
        ).fetchone()  # fmt: skip
    assert state is not None
    if state["state"] == "received":
        return replace(outcome, outcome="nothing_new")
    is_late = state["state"] == "late"
    level: Level = "error" if is_late else "info"
    message = f"{SAID[state['state']]}：报送日 due {state['due_on']}，宽限至 until {state['deadline_on']}"
    if not state["holidays_known"]:
        message += "；节假日未收录，只按周末推算（holidays of the year are not known, only weekends count）"
    file = feed.source.get("location") or f"{feed.source.get('connection')}:{feed.source.get('table')}"
    problem = Problem(level, department.id, feed.id, file, None, None, message)
    return replace(
        outcome,
        outcome="missing_file" if is_late else "not_yet_published",
        problems=[*outcome.problems, problem],
    )
