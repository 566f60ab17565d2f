"""What a schema cannot say about what a department may read."""

import csv
from collections.abc import Collection, Iterator
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Any

from credit_grading import paths
from credit_grading.department.lines import line_of
from credit_grading.department.schema import Found

Here = list[str | int]


def reads_problems(document: Any, rulebooks: Collection[str]) -> Iterator[Found]:
    """Rulebooks exist, a subscription's days are days in order, its divisions exist, and nothing is said twice."""
    seen: dict[tuple[str, ...], int] = {}
    for position, granted in enumerate(document["reads"]):
        here: Here = ["reads", position]
        if isinstance(granted, str):
            yield from _rulebook(document, here, granted, rulebooks)
            continue
        yield from _rulebook(document, [*here, "rulebook"], granted["rulebook"], rulebooks)
        yield from _days(document, here, granted)
        yield from _divisions(document, here, granted)
        said = (granted["rulebook"], granted["purpose"].strip(), granted["from"], *sorted(granted.get("divisions", ())))
        line = line_of(document, [*here, "rulebook"])
        first = seen.setdefault(said, line)
        if first != line:
            yield line, f"同一订阅在第 {first} 行已有（the same subscription is already on line {first}）"


def _rulebook(document: Any, here: Here, rulebook: str, known: Collection[str]) -> Iterator[Found]:
    if rulebook == "all" or rulebook in known:
        return
    close = get_close_matches(rulebook, known, 1)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    yield line_of(document, here), f"没有评价模型“{rulebook}”（there is no rulebook '{rulebook}'{hint}）"


def _days(document: Any, here: Here, granted: Any) -> Iterator[Found]:
    wrong = False
    for key in ("from", "until"):
        try:
            date.fromisoformat(granted[key])
        except ValueError:
            wrong = True
            yield line_of(document, [*here, key]), f"{key}“{granted[key]}”不是日期（not a day of the calendar）"
    if not wrong and granted["until"] < granted["from"]:
        line = line_of(document, [*here, "until"])
        message = f"截止日 {granted['until']} 早于起始日 {granted['from']}（until is before from）"
        yield line, message


def _divisions(document: Any, here: Here, granted: Any) -> Iterator[Found]:
    for place, code in enumerate(granted.get("divisions", ())):
        if code not in _known_divisions():
            line = line_of(document, [*here, "divisions", place])
            yield line, f"没有行政区划“{code}”（there is no division '{code}' in dbt_project/seeds/division.csv）"


@cache
def _known_divisions() -> frozenset[str]:
    with (paths.dbt_project() / "seeds" / "division.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["division_code"] for row in csv.DictReader(file))
