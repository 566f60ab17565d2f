"""Checks of record lines: which records a target looks at, how long they count, how their points fade."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from credit_grading.rulebook.catalogue import Catalogue, fault_of_item
from credit_grading.rulebook.document import Document, Location
from credit_grading.rulebook.tree import LineList, line_lists

CONDITIONS = ("within_days", "within_calendar_years", "amount_at_most")


def check_lines(document: Document, catalogue: Catalogue) -> None:
    """Note every fault of a line of any target in the document."""
    cycle = document.data["cycle"]
    has_year = isinstance(cycle, dict) and "year_begins" in cycle
    for target in line_lists(document.data):
        _check_twice(document, target)
        for place, line in target.lines:
            fault = fault_of_item(line["item"], catalogue)
            if fault:
                document.problem((*place, "item"), fault)
            for message in _faults(line, has_year):
                document.problem(place, message)
            for key, message in _fading_faults(line):
                document.problem((*place, *key), message)


def _check_twice(document: Document, target: LineList) -> None:
    seen = set()
    for place, line in target.lines:
        kind = (line["item"], line.get("behaviour", ""), line.get("severity", ""))
        if kind in seen:
            document.problem(place, f"'{line['item']}' with this behaviour and severity is listed twice")
        seen.add(kind)


def _faults(line: dict[str, Any], has_year: bool) -> Iterator[str]:
    if "validity_months" in line and "longest_months" in line:
        yield "'validity_months' replaces the record's own validity, 'longest_months' only shortens it: choose one"
    if line.get("until_cycle_end") and not has_year:
        yield "'until_cycle_end' needs the day on which a year of points begins: cycle.year_begins"


def _fading_faults(line: dict[str, Any]) -> Iterator[tuple[Location, str]]:
    for index, (earlier, later) in enumerate(pairwise(line.get("decay", [])), start=1):
        if later["from_months"] <= earlier["from_months"]:
            yield (
                ("decay", index),
                f"steps of 'decay' stand in ascending order: {later['from_months']} months after "
                f"{earlier['from_months']} months",
            )
    steps = line.get("repair", [])
    for index, step in enumerate(steps):
        for number, earlier in enumerate(steps[:index], start=1):
            if _always_fits(earlier, step):
                yield (
                    ("repair", index),
                    f"this step of 'repair' is never reached: where it fits, step {number} fits already",
                )
                break


def _always_fits(earlier: dict[str, Any], step: dict[str, Any]) -> bool:
    """Whether the earlier step fits wherever the later one does: it asks for nothing that is narrower."""
    return all(key not in earlier or (key in step and step[key] <= earlier[key]) for key in CONDITIONS)
