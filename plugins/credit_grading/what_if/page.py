"""A trial as one page: everything in one file, charts as drawings in it, nothing asked of any other machine."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

PAGES = Path(__file__).parent / "pages"
CITY_TIME = ZoneInfo("Asia/Shanghai")
MOVERS_SHOWN = 50

# Rows by rulebook; each query names the trial and sorts as the page reads.
TABLES = {
    "migration": "what_if.migration where trial_id = %(trial_id)s",
    "movers": "what_if.mover where trial_id = %(trial_id)s and place <= %(movers_shown)s order by place",
    "sensitivity": "what_if.sensitivity where trial_id = %(trial_id)s order by side desc, rank nulls first",
    "crowding": "what_if.crowding where trial_id = %(trial_id)s order by side desc, rank, within_points",
    "score_bands": "what_if.score_band where trial_id = %(trial_id)s order by place",
    "stability": "what_if.stability where trial_id = %(trial_id)s order by measured_over",
}
MATRIX = """
select
    rulebook_id,
    case when present_before then coalesce(city_grade_before, 'none') else 'absent' end as former,
    case when present_after then coalesce(city_grade_after, 'none') else 'absent' end as later,
    sum(subjects)::bigint as subjects
from what_if.migration
where trial_id = %(trial_id)s
group by 1, 2, 3
"""
SUMMARY = """
select
    rulebook.*,
    coalesce(sum(subjects) filter (where present_before), 0)::bigint as graded_before,
    coalesce(sum(subjects) filter (where present_after), 0)::bigint as graded_after,
    coalesce(sum(subjects) filter (where direction <> 'same'), 0)::bigint as moved,
    100.0 * coalesce(sum(subjects) filter (where direction <> 'same'), 0) / sum(subjects) as moved_percent,
    coalesce(sum(subjects) filter (where direction = 'up'), 0)::bigint as up,
    coalesce(sum(subjects) filter (where direction = 'down'), 0)::bigint as down,
    coalesce(sum(subjects) filter (where direction in ('enters', 'leaves', 'other')), 0)::bigint as otherwise
from what_if.rulebook
left join what_if.migration using (trial_id, rulebook_id)
where trial_id = %(trial_id)s
group by trial_id, rulebook_id
order by is_draft desc, rulebook_id
"""

Row = dict[str, Any]


class NoSuchTrial(LookupError):
    """There is no trial of this number."""


def read_trial(connection: psycopg.Connection, trial_id: int) -> Row:
    """The trial's row, with `rulebooks`: a summary of each with its rows of every table. Raises NoSuchTrial."""
    parameters = {"trial_id": trial_id, "movers_shown": MOVERS_SHOWN}
    with connection.cursor(row_factory=dict_row) as cursor:
        # exact numbers, as everywhere
        set_json_loads(partial(json.loads, parse_float=Decimal), cursor)

        def rows(query: str) -> list[Row]:
            return cursor.execute(query.encode(), parameters).fetchall()

        trials = rows("select * from what_if.trial where trial_id = %(trial_id)s")
        if not trials:
            raise NoSuchTrial(f"没有第 {trial_id} 次试算 there is no trial {trial_id}")
        tables = {name: rows(f"select * from {source}") for name, source in TABLES.items()} | {"matrix": rows(MATRIX)}
        rulebooks = rows(SUMMARY)
    for rulebook in rulebooks:
        for name, found in tables.items():
            rulebook[name] = [row for row in found if row["rulebook_id"] == rulebook["rulebook_id"]]
    return trials[0] | {"rulebooks": rulebooks}


def trial_page(trial: Row) -> str:
    """The page of what `read_trial` gave, as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    filters: dict[str, Callable[[Any], str]] = {
        "count": _count, "score": _score, "percent": _percent, "signed": _signed, "city_time": _city_time,
    }  # fmt: skip
    environment.filters.update(filters)
    style = (PAGES / "style.css").read_text(encoding="utf-8")
    return environment.get_template("trial.html").render(trial=trial, style=style, movers_shown=MOVERS_SHOWN)


def write_page(trial: Row, file: Path) -> None:
    """Write the page of what `read_trial` gave to a file; its folder is made where it is missing."""
    content = trial_page(trial)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def _count(number: int | None) -> str:
    return f"{number or 0:,}"


def _score(number: Decimal | int | None) -> str:
    """At most three decimals: for reading, the tables hold the exact number."""
    return "—" if number is None else format(round(Decimal(number), 3).normalize(), "f")


def _percent(number: Decimal | int | None) -> str:
    return "—" if number is None else f"{Decimal(number):.2f}%"


def _signed(number: Decimal | int) -> str:
    sign = "+" if number > 0 else "−" if number < 0 else ""
    return sign + _score(abs(Decimal(number)))


def _city_time(moment: datetime) -> str:
    return moment.astimezone(CITY_TIME).strftime("%Y-%m-%d %H:%M:%S")
