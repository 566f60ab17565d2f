"""What a feed's history says its bounds should be."""

from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from credit_grading.contract.model import Contract
from credit_grading.department.due import WEEKDAYS
from credit_grading.department.model import Department, Feed
from credit_grading.gate.feeds import REJECTED_SHARE_PERCENT

SQL_FOLDER = Path(__file__).parent / "sql"
Row = dict[str, Any]

# All of these are assumptions (本项目假设): so many of the newest deliveries are looked at, and fewer say nothing.
LOOKED_AT = 60
ENOUGH = 5
# of the smallest healthy delivery, percent; of the largest
LEAST_PERCENT = 80
MOST_TIMES = 2
# of the largest share that was rejected, but at least this much: one bad row in a small file is no reason to stop
REJECTED_TIMES = 2
REJECTED_AT_LEAST = 1
# of the smallest fill rate, percent; a column that is often empty says nothing when it is empty
FILLED_PERCENT = 90
FILLED_AT_LEAST = 50

# what a cadence counts in; 'irregular' has no due day
UNITS = {"weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}
MONTHS_OF_UNIT = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One key of a feed: what the file says now, what is proposed (None: nothing), and why."""

    key: str
    current: Any
    proposed: Any
    reason: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """All proposals for one feed, in the order of its file."""

    department: Department
    feed: Feed
    looked_at: str
    proposals: list[Proposal]


def suggest(connection: psycopg.Connection, department: Department, feed: Feed, contract: Contract) -> Suggestion:
    """Propose bounds, fill rates and a due day for one feed from landing and staging; nothing is written.

    Args:
        connection: to a prepared warehouse.
        department: whose feed it is.
        feed: as its file declares it.
        contract: of the feed: required columns need no fill rate, staging rejects their empty rows.
    """
    asked = {
        "department_id": department.id,
        "feed_id": feed.id,
        "looked_at": LOOKED_AT,
        "allowed_percent": _allowed(feed),
    }
    [volume] = _rows(connection, "volume.sql", asked)
    span = f"{volume['first_day']} – {volume['last_day']}" if volume["deliveries"] else "–"
    looked_at = (
        f"看了 {volume['deliveries']} 次报送，其中正常 {volume['healthy']} 次"
        f"（{volume['deliveries']} deliveries looked at, {volume['healthy']} healthy）：{span}"
    )
    proposals = [
        _due(connection, feed, asked),
        *_volumes(feed, volume),
        _filled(feed, contract, _rows(connection, "fill.sql", asked)),
    ]
    return Suggestion(department, feed, looked_at, proposals)


def _allowed(feed: Feed) -> float:
    declared = feed.assertions.rejected_share_percent
    return REJECTED_SHARE_PERCENT if declared is None else declared


def _volumes(feed: Feed, volume: Row) -> list[Proposal]:
    now, healthy = feed.assertions, volume["healthy"]
    if healthy < ENOUGH:
        return [
            Proposal(key, current, None, _too_few(healthy))
            for key, current in (
                ("minimum_rows", now.minimum_rows),
                ("maximum_rows", now.maximum_rows),
                ("rejected_share_percent", now.rejected_share_percent),
            )
        ]
    seen = (
        f"{healthy} 次正常报送：最小 {volume['smallest']}、中位 {volume['median']}、最大 {volume['largest']} 行"
        "（smallest, median, largest）"
    )
    return [
        _minimum(feed, volume, seen),
        Proposal(
            "maximum_rows",
            now.maximum_rows,
            max(1, MOST_TIMES * volume["largest"]),
            f"{seen}；上限 = 最大 × {MOST_TIMES}（twice the largest）",
        ),
        _rejected(feed, volume),
    ]


def _minimum(feed: Feed, volume: Row, seen: str) -> Proposal:
    current = feed.assertions.minimum_rows
    if feed.source.get("cursor"):
        return Proposal(
            "minimum_rows", current, None, "按游标增量读取，下限不适用（read by cursor: no minimum for what is new）"
        )
    least = max(1, LEAST_PERCENT * volume["smallest"] // 100)
    return Proposal(
        "minimum_rows",
        current,
        least,
        f"{seen}；下限 = 最小的 {LEAST_PERCENT}%（of the smallest healthy delivery）",
    )


def _rejected(feed: Feed, volume: Row) -> Proposal:
    current = feed.assertions.rejected_share_percent
    if volume["staged"] < ENOUGH:
        return Proposal("rejected_share_percent", current, None, _too_few(volume["staged"]))
    largest = volume["largest_rejected_percent"]
    return Proposal(
        "rejected_share_percent",
        current,
        min(100, max(REJECTED_AT_LEAST, ceil(REJECTED_TIMES * largest))),
        f"{volume['staged']} 次入库：拒绝率中位 {volume['median_rejected_percent']:.2f}%、最大 {largest:.2f}%"
        f"（median, largest）；限值 = 最大 × {REJECTED_TIMES}，至少 {REJECTED_AT_LEAST}（twice the largest）",
    )


def _filled(feed: Feed, contract: Contract, columns: list[Row]) -> Proposal:
    required = {column.name for column in contract.columns if column.required}
    current = dict(feed.assertions.filled_percent) or None
    deliveries = max((row["deliveries"] for row in columns), default=0)
    if deliveries < ENOUGH:
        return Proposal("filled_percent", current, None, _too_few(deliveries))
    telling = [
        row
        for row in columns
        if row["column_name"] not in required and row["deliveries"] >= ENOUGH and row["smallest"] >= FILLED_AT_LEAST
    ]
    seen = "；".join(
        f"{row['column_name']} {row['smallest']:.1f} / {row['median']:.1f} / {row['largest']:.1f}" for row in telling
    )
    reason = (
        f"{deliveries} 次入库的填报率，最小 / 中位 / 最大 %（fill rates）：{seen or '–'}；"
        f"下限 = 最小的 {FILLED_PERCENT}%；必填列和低于 {FILLED_AT_LEAST}% 的列不提（not required or often empty ones）"
    )
    proposed = {row["column_name"]: floor(FILLED_PERCENT * row["smallest"] / 100) for row in telling}
    return Proposal("filled_percent", current, proposed or None, reason)


def _due(connection: psycopg.Connection, feed: Feed, asked: Row) -> Proposal:
    current = feed.due if feed.due is not None else f"grace_days {feed.grace_days}"
    if feed.cadence == "irregular":
        return Proposal("due", current, None, "不定期报送，没有报送日（irregular: no due day）")
    rule: Row = {"every": "working_day"}
    usual = "每个工作日（every working day）"
    if feed.cadence in UNITS:
        unit = UNITS[feed.cadence]
        [rhythm] = _rows(connection, "rhythm.sql", asked | {"unit": unit})
        if rhythm["periods"] < ENOUGH:
            return Proposal("due", current, None, _too_few(rhythm["periods"]))
        rule = _rule(unit, rhythm["usual_day"])
        usual = f"{rhythm['periods']} 期的首次报送，通常如 {rhythm['usual_day']}（usually as on this day）"
    [lateness] = _rows(connection, "lateness.sql", asked | {"rule": Jsonb(rule)})
    if lateness["periods"] < ENOUGH:
        return Proposal("due", current, None, _too_few(lateness["periods"]))
    reason = (
        f"{usual}；比报送日晚：中位 {lateness['usual']}、最多 {lateness['longest']} 个工作日"
        "（median and most working days late）；宽限 = 最多（grace = the most）"
    )
    return Proposal("due", current, rule | {"grace_working_days": lateness["longest"]}, reason)


def _rule(unit: str, usual_day: Any) -> Row:
    if unit == "week":
        return {"weekday": list(WEEKDAYS)[usual_day.weekday()]}
    step = MONTHS_OF_UNIT[unit]
    rule: Row = {"day_of_month": usual_day.day}
    if step > 1:
        first = (usual_day.month - 1) % step + 1
        rule["months"] = list(range(first, 13, step))
    return rule


def _too_few(found: int) -> str:
    return f"历史不足：{found} 次，至少需要 {ENOUGH} 次（not enough history: {found} of {ENOUGH}）"


def _rows(connection: psycopg.Connection, name: str, parameters: Row) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute((SQL_FOLDER / name).read_bytes(), parameters).fetchall()
