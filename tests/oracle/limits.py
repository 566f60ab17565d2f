"""Which limits hold on a day, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracle.records import Line, Record, add_months, begin, counts_on, line_for, number_on

CONDITIONS = ("total_at_least", "single_at_least", "count_at_least")


@dataclass(frozen=True)
class Numbers:
    """The numbers of the records that count on a day: none of them = no record."""

    numbers: tuple[Fraction | None, ...]

    @property
    def total(self) -> Fraction:
        return sum((number for number in self.numbers if number is not None), start=Fraction(0))


def numbers_on(day: date, records: Sequence[Record], lines: list[Line], quantity: str | None) -> Numbers:
    followed = [(record, line_for(record, lines)) for record in records]
    return Numbers(
        tuple(
            number_on(record, day, line, quantity)
            for record, line in followed
            if line is not None and counts_on(record, day, line)
        )
    )


def fulfilled(limit: dict, active: Numbers, single: Sequence[Fraction | None]) -> bool:
    """Whether one of the conditions is, or none is asked; `single` are the records that may fulfil it alone."""
    if not active.numbers:
        return False
    if not any(condition in limit for condition in CONDITIONS):
        return True
    if "total_at_least" in limit and active.total >= Fraction(limit["total_at_least"]):
        return True
    if "count_at_least" in limit and len(active.numbers) >= int(limit["count_at_least"]):
        return True
    return "single_at_least" in limit and any(
        number is not None and number >= Fraction(limit["single_at_least"]) for number in single
    )


def holds(limit: dict, lines: list[Line], records: Sequence[Record], as_of: date) -> tuple[bool, date | None]:
    """Whether a limit holds, and for a lasting one the day on which it ends."""
    quantity = limit.get("quantity")
    if "lasts_months" not in limit:
        active = numbers_on(as_of, records, lines, quantity)
        return fulfilled(limit, active, active.numbers), None
    ends = []
    for record in records:
        line = line_for(record, lines)
        began = begin(record, line) if line is not None else None
        if began is None or not began <= as_of < add_months(began, int(limit["lasts_months"])):
            continue
        own = number_on(record, began, line, quantity)
        if fulfilled(limit, numbers_on(began, records, lines, quantity), [own]):
            ends.append(add_months(began, int(limit["lasts_months"])))
    return bool(ends), max(ends, default=None)
