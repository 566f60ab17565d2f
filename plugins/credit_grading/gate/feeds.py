"""Tell the warehouse which feeds the department files promise, so that a feed that never came is seen as well."""

from collections.abc import Iterable
from decimal import Decimal

import psycopg
from psycopg.types.json import Jsonb

from credit_grading.department.model import Department
from credit_grading.platform.today import city_today

# Percent of rows that staging may reject where a department file does not say; ours, an assumption.
REJECTED_SHARE_PERCENT = 10.0

INSERT = """
    insert into quality.feed_expectation as known (
        department_id, feed_id, contract_id, title_zh, owner, grace_days, minimum_rows, maximum_rows,
        rejected_share_percent, due, filled_percent, live_since, run_id
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict (department_id, feed_id) do update set
        contract_id = excluded.contract_id, title_zh = excluded.title_zh, owner = excluded.owner,
        grace_days = excluded.grace_days, minimum_rows = excluded.minimum_rows,
        maximum_rows = excluded.maximum_rows, rejected_share_percent = excluded.rejected_share_percent,
        due = excluded.due, filled_percent = excluded.filled_percent,
        live_since = excluded.live_since,
        run_id = greatest(known.run_id, excluded.run_id)
"""


KEEP = """
    update quality.feed_expectation set run_id = %(run_id)s
    where run_id < %(run_id)s and run_id = (select max(run_id) from quality.feed_expectation where run_id < %(run_id)s)
"""


def record_feed_expectations(
    connection: psycopg.Connection, departments: Iterable[Department], run_id: int, *, keep_others: bool = False
) -> int:
    """Write every live feed of `departments` for a run; returns how many. Planned ones are expected by nobody.

    A feed that no department file names any more, or that is planned again, keeps its older run and is no longer
    looked at, unless `keep_others`: where a file cannot be read just now, what it promised last time still holds.
    """
    today = city_today()
    rows = [
        (
            department.id,
            feed.id,
            feed.contract_id,
            f"{department.title_zh}·{feed.title_zh}",
            department.owner,
            feed.grace_days,
            feed.assertions.minimum_rows,
            feed.assertions.maximum_rows,
            Decimal(str(_share(feed.assertions.rejected_share_percent))),
            None if feed.due is None else Jsonb(dict(feed.due)),
            Jsonb(dict(feed.assertions.filled_percent)),
            feed.live_since,
            run_id,
        )
        for department in sorted(departments, key=lambda item: item.id)
        for feed in sorted(department.live_feeds(today), key=lambda item: item.id)
    ]
    with connection.transaction(), connection.cursor() as cursor:
        if keep_others:
            cursor.execute(KEEP, {"run_id": run_id})
        cursor.executemany(INSERT, rows)
    return len(rows)


def _share(declared: float | None) -> float:
    return REJECTED_SHARE_PERCENT if declared is None else declared
