"""When a record counts and with how many points, in the words of the rule rather than as one interval."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

Record = dict


@dataclass(frozen=True)
class Line:
    """One line of a rulebook: which records it looks at, how long they count, and with which points."""

    item: str
    behaviour: str | None = None
    severity: str | None = None
    validity_months: int | None = None
    longest_months: int | None = None
    # month and day on which a year of points begins, where the line ends with that year
    year_begins: tuple[int, int] | None = None
    points: Fraction | None = None
    # (months after the day it occurred, percent)
    decay: tuple[tuple[int, Fraction], ...] = ()
    # steps as written; None = a repaired record no longer counts
    repair: tuple[dict, ...] | None = None

    def fits(self, record: Record) -> bool:
        return (
            self.item == record["catalogue_item_id"]
            and self.behaviour in (None, record["behaviour_code"])
            and self.severity in (None, record["severity"])
        )


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_known(record: Record, moment: datetime) -> bool:
    if record["known_from"] > moment:
        return False
    return record["known_until"] is None or record["known_until"] > moment


def line_for(record: Record, lines: Iterable[Line]) -> Line | None:
    """The line that says most about the record; a behaviour says more than a severity."""
    fitting = [line for line in lines if line.fits(record)]
    return max(fitting, key=lambda line: (line.behaviour is not None, line.severity is not None), default=None)


def has_come(day: date | None, today: date) -> bool:
    return day is not None and day <= today


def counts_on(record: Record, day: date, line: Line) -> bool:
    """Whether a known record counts on a day under the line it follows."""
    occurred = record["occurred_on"]
    if occurred > day or is_over(record, day, line):
        return False
    if line.validity_months is not None:
        return day < add_months(occurred, line.validity_months)
    if line.longest_months is not None and day >= add_months(occurred, line.longest_months):
        return False
    if record["effective_from"] > day:
        return False
    return record["effective_until"] is None or day < record["effective_until"]


def is_over(record: Record, day: date, line: Line) -> bool:
    """Whether it was withdrawn, repaired, or cleared with the year of points."""
    if has_come(record["withdrawn_on"], day):
        return True
    if line.repair is None and has_come(record["repaired_on"], day):
        return True
    occurred = record["occurred_on"]
    return line.year_begins is not None and any(
        occurred < date(year, *line.year_begins) <= day for year in range(occurred.year, day.year + 1)
    )


def begin(record: Record, line: Line) -> date | None:
    """The first day on which it counts; None = it never does."""
    days = sorted({record["occurred_on"], record["effective_from"]})
    return next((day for day in days if counts_on(record, day, line)), None)


def number_on(record: Record, day: date, line: Line, quantity: str | None) -> Fraction | None:
    """The number with which it counts on a day; None where it does not say any."""
    number = line.points
    if number is None:
        own = record[quantity] if quantity is not None else None
        if own is None:
            return None
        number = Fraction(own)
    share = Fraction(100)
    for months, percent in line.decay:
        if day >= add_months(record["occurred_on"], months):
            share = percent
    if line.repair is not None and has_come(record["repaired_on"], day):
        share = share * (100 - returned_percent(record, line.repair)) / 100
    return number * share / 100


def returned_percent(record: Record, steps: Sequence[dict]) -> Fraction:
    """What the repair gives back: of the first step that fits."""
    for step in steps:
        days = (record["repaired_on"] - record["occurred_on"]).days
        years = record["repaired_on"].year - record["occurred_on"].year
        if "within_days" in step and days > int(step["within_days"]):
            continue
        if "within_calendar_years" in step and years > int(step["within_calendar_years"]):
            continue
        if "amount_at_most" in step and (
            record["amount"] is None or Fraction(record["amount"]) > Fraction(step["amount_at_most"])
        ):
            continue
        return Fraction(step["returned_percent"])
    return Fraction(0)


def days_of_change(record: Record, line: Line) -> set[date]:
    """Every day on which it begins or ceases to count, fades, or is repaired while it counts."""
    occurred = record["occurred_on"]
    names = ("occurred_on", "effective_from", "effective_until", "withdrawn_on", "repaired_on")
    days = {record[name] for name in names if record[name] is not None}
    days |= {add_months(occurred, months) for months in (line.validity_months, line.longest_months) if months}
    if line.year_begins is not None:
        days |= {date(occurred.year + later, *line.year_begins) for later in (0, 1)}
    changes = {day for day in days if counts_on(record, day, line) != counts_on(record, day - timedelta(days=1), line)}
    fading = {add_months(occurred, months) for months, _ in line.decay}
    if line.repair is not None and record["repaired_on"] is not None:
        fading.add(record["repaired_on"])
    return changes | {day for day in fading if counts_on(record, day, line)}
