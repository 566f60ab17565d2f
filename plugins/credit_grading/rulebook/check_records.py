"""Checks of a leaf that is made from records: what its aggregate needs, and what has no meaning for it."""

from collections.abc import Iterator
from typing import Any

from credit_grading.rulebook.document import Document, Location

# Without records these have no value of their own; a count or a sum is then 0.
UNKNOWN_WITHOUT_RECORDS = ("maximum", "minimum", "latest", "mean", "ratio")


def check_records(document: Document, place: Location, records: dict[str, Any]) -> None:
    """Note every fault of a leaf's `records` in the document."""
    for message in (*_value_faults(records), *_number_faults(records), *_part_faults(records)):
        document.problem(place, message)


def record_lines(records: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of a leaf, those of a numerator included."""
    return [*records["items"], *records.get("numerator", [])]


def counts_only(records: dict[str, Any]) -> bool:
    """Whether records are counted and their numbers do not matter."""
    return records["aggregate"] == "count" or (records["aggregate"] == "ratio" and "quantity" not in records)


def _value_faults(records: dict[str, Any]) -> Iterator[str]:
    aggregate = records["aggregate"]
    if aggregate not in UNKNOWN_WITHOUT_RECORDS and "when_missing" in records:
        yield f"'when_missing' has no meaning for '{aggregate}': without records it is 0"


def _number_faults(records: dict[str, Any]) -> Iterator[str]:
    aggregate, lines = records["aggregate"], record_lines(records)
    if counts_only(records):
        what = "'count'" if aggregate == "count" else "'ratio' without 'quantity'"
        useless = [key for key in ("points", "decay", "repair") if any(key in line for line in lines)]
        if aggregate == "count" and "quantity" in records:
            useless.insert(0, "quantity")
        if useless:
            yield f"{what} counts records: {_listed(useless)} no meaning here"
    elif "quantity" not in records and not all("points" in line for line in lines):
        yield f"'{aggregate}' needs 'quantity', or 'points' on every item"


def _part_faults(records: dict[str, Any]) -> Iterator[str]:
    aggregate = records["aggregate"]
    if aggregate == "ratio" and "numerator" not in records:
        yield "'ratio' needs 'numerator': the records above the line; 'items' are those below it"
    if aggregate != "ratio" and "numerator" in records:
        yield f"'numerator' belongs to 'ratio', not to '{aggregate}'"
    if aggregate != "mean" and "weighted_by" in records:
        yield f"'weighted_by' belongs to 'mean', not to '{aggregate}'"


def _listed(keys: list[str]) -> str:
    return " and ".join(f"'{key}'" for key in keys) + (" has" if len(keys) == 1 else " have")
