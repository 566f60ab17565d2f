"""Names, clocks and manners that the DAGs share."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import Asset, CronTriggerTimetable

from credit_grading.platform.today import CITY_TIMEZONE, generated_city_day

PUBLICATION = Asset(name="sharing/publication", group="credit_grading")
# default_args of every DAG that works in the warehouse
WAREHOUSE_TASK = {
    "owner": "credit-supervision",
    "pool": "warehouse",
    # for lost connections; a failing model, gate or publication, or a wrong parameter, fails at once
    "retries": 2,
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=5),
    "execution_timeout": timedelta(hours=2),
}


def each(cron: str | None) -> CronTriggerTimetable | None:
    """A timetable in the city's time; None for a DAG that only people start."""
    # A new DAG waits for its next tick. Left alone it would at once run for one that it missed by less than a tenth of
    # the interval (run_immediately=False says otherwise, and does not do it), or, with a start date, for any.
    return CronTriggerTimetable(cron, timezone=CITY_TIMEZONE, run_immediately=timedelta(seconds=1)) if cron else None


def feed_asset(department_id: str, feed_id: str) -> Asset:
    """What an ingest DAG announces once a batch of this feed is committed and checked."""
    return Asset(name=f"landing/{department_id}/{feed_id}", group="credit_grading")


def as_of_date(context: Any) -> date:
    """The day a run grades: its parameter, else the present day of a generated city, else the day it was due.

    A run that is repeated later keeps its day.
    """
    wanted = context["params"].get("as_of") or generated_city_day()
    if wanted:
        return date.fromisoformat(wanted)
    due: datetime = context["dag_run"].run_after
    return due.astimezone(ZoneInfo(CITY_TIMEZONE)).date()
