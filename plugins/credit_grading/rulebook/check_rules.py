"""Checks within one rulebook that a schema cannot say: sums, bands, references."""

from collections.abc import Iterator, Set
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from credit_grading.rulebook.document import Document, Location

FULL_WEIGHT = 100
NEEDS_VALUE_WHEN_MISSING = ("maximum", "latest")


def check_rules(document: Document, catalogue: Set[str]) -> None:
    """Note every fault in the document. `catalogue` holds the catalogue items that records may have."""
    data = document.data
    _check_dates(document)
    _check_item(document, ("population", "item"), data["population"]["item"], catalogue)
    _check_score(document)
    _check_siblings(document, ("indicators",), data["indicators"], "the first level")
    seen: dict[str, Location] = {}
    for location, indicator in walk_indicators(data["indicators"]):
        if indicator["id"] in seen:
            document.problem((*location, "id"), f"indicator '{indicator['id']}' exists twice")
        seen[indicator["id"]] = location
        _check_indicator(document, location, indicator, catalogue)
    _check_grades(document)
    _check_limits(document, catalogue)
    _check_measures(document)


def walk_indicators(
    indicators: list[dict[str, Any]], location: Location = ("indicators",)
) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Every indicator of the tree with its place in the file, parents before children, in the order of the file."""
    for index, indicator in enumerate(indicators):
        place = (*location, index)
        yield place, indicator
        yield from walk_indicators(indicator.get("indicators", []), (*place, "indicators"))


def _check_dates(document: Document) -> None:
    days: dict[str, date] = {}
    for end in ("from", "until"):
        text = document.data["in_force"][end]
        try:
            if text:
                days[end] = date.fromisoformat(text)
        except ValueError:
            document.problem(("in_force", end), f"{text} is not a day of the calendar")
    if len(days) > 1 and days["until"] <= days["from"]:
        document.problem(("in_force", "until"), "'until' must be later than 'from'; the day itself no longer belongs")


def _check_score(document: Document) -> None:
    lowest, highest = (document.data["score"].get(end) for end in ("lowest", "highest"))
    if lowest is not None and highest is not None and lowest >= highest:
        document.problem(("score",), f"lowest ({lowest}) must be below highest ({highest})")


def _check_item(document: Document, location: Location, item: str, catalogue: Set[str]) -> None:
    if item not in catalogue:
        document.problem(location, f"'{item}' is not in the catalogue; known: {', '.join(sorted(catalogue))}")


def _check_validity(document: Document, location: Location, rule: dict[str, Any]) -> None:
    if "validity_months" in rule and "longest_months" in rule:
        document.problem(
            location,
            "'validity_months' replaces the record's own validity, 'longest_months' only shortens it: choose one",
        )


def _check_siblings(document: Document, location: Location, siblings: list[dict[str, Any]], parent: str) -> None:
    weights = [sibling["weight"] for sibling in siblings if "weight" in sibling]
    book = f"{document.data['id']} {document.data['version']}"
    if weights and len(weights) < len(siblings):
        document.problem(location, f"of the indicators of {parent} some have a weight and some have none: all or none")
    elif weights and sum(weights) != FULL_WEIGHT:
        document.problem(location, f"weights of {parent} in {book} sum to {sum(weights)}, must be {FULL_WEIGHT}")


def _check_indicator(document: Document, location: Location, indicator: dict[str, Any], catalogue: Set[str]) -> None:
    if "indicators" in indicator:
        if "scale" in indicator:
            document.problem((*location, "scale"), "only an indicator without indicators under it has a scale")
        _check_siblings(document, (*location, "indicators"), indicator["indicators"], f"'{indicator['id']}'")
        return
    if "records" in indicator:
        _check_records(document, (*location, "records"), indicator["records"], catalogue)
    scale = indicator.get("scale", {})
    if "bands" in scale:
        _check_bands(document, (*location, "scale", "bands"), indicator["id"], scale["bands"])
    linear = scale.get("linear", {})
    if "lowest" in linear and "highest" in linear and linear["lowest"] > linear["highest"]:
        document.problem((*location, "scale", "linear"), "lowest must not be above highest")


def _check_records(document: Document, location: Location, records: dict[str, Any], catalogue: Set[str]) -> None:
    aggregate, items = records["aggregate"], records["items"]
    if aggregate in NEEDS_VALUE_WHEN_MISSING and "when_missing" not in records:
        document.problem(location, f"'{aggregate}' needs 'when_missing': the value of a subject without any record")
    if aggregate not in NEEDS_VALUE_WHEN_MISSING and "when_missing" in records:
        document.problem(location, f"'when_missing' has no meaning for '{aggregate}': without records it is 0")
    if aggregate == "count" and ("quantity" in records or any("points" in item for item in items)):
        document.problem(location, "'count' counts records: 'quantity' and 'points' have no meaning here")
    if aggregate != "count" and "quantity" not in records and not all("points" in item for item in items):
        document.problem(location, f"'{aggregate}' needs 'quantity', or 'points' on every item")
    seen = set()
    for index, item in enumerate(items):
        place = (*location, "items", index)
        _check_item(document, (*place, "item"), item["item"], catalogue)
        _check_validity(document, place, item)
        kind = (item["item"], item.get("behaviour", ""), item.get("severity", ""))
        if kind in seen:
            document.problem(place, f"'{item['item']}' with this behaviour and severity is listed twice")
        seen.add(kind)


def _check_bands(document: Document, location: Location, name: str, bands: list[dict[str, Any]]) -> None:
    if bands[0]["from"] is not None:
        document.problem((*location, 0), f"bands of '{name}': the first must begin with 'from: null'")
    if bands[-1]["until"] is not None:
        document.problem((*location, len(bands) - 1), f"bands of '{name}': the last must end with 'until: null'")
    for index, (band, following) in enumerate(pairwise(bands), start=1):
        end, begin = band["until"], following["from"]
        if end is None or begin is None:
            document.problem((*location, index), f"bands of '{name}': only the outer ends may be null")
        elif end != begin:
            fault = "overlap" if end > begin else "leave a gap"
            document.problem((*location, index), f"bands of '{name}' {fault} between {begin} and {end}")
        _check_ascending(document, (*location, index - 1), name, band)
    _check_ascending(document, (*location, len(bands) - 1), name, bands[-1])


def _check_ascending(document: Document, location: Location, name: str, band: dict[str, Any]) -> None:
    if band["from"] is not None and band["until"] is not None and band["from"] >= band["until"]:
        document.problem(location, f"a band of '{name}' is empty: from {band['from']} until {band['until']}")


def _check_grades(document: Document) -> None:
    grades = document.data["grades"]
    for index, grade in enumerate(grades):
        place = ("grades", index)
        if grade["grade"] in [earlier["grade"] for earlier in grades[:index]]:
            document.problem(place, f"grade '{grade['grade']}' exists twice")
        for end in ("from", "until"):
            if grade[end] is None and grade[f"{end}_included"]:
                document.problem(place, f"grade '{grade['grade']}': an open end cannot be included ({end}_included)")
        lower, upper = grade["from"], grade["until"]
        if lower is not None and upper is not None and not _holds_a_number(grade):
            document.problem(place, f"grade '{grade['grade']}' holds no score: from {lower} until {upper}")
    if grades[0]["until"] is not None:
        document.problem(("grades", 0), f"grades stand best first: '{grades[0]['grade']}' must have 'until: null'")
    if grades[-1]["from"] is not None:
        document.problem(
            ("grades", len(grades) - 1), f"grades stand best first: '{grades[-1]['grade']}' must have 'from: null'"
        )
    for index, (better, worse) in enumerate(pairwise(grades), start=1):
        _check_seam(document, ("grades", index), better, worse)


def _holds_a_number(grade: dict[str, Any]) -> bool:
    if grade["from"] == grade["until"]:
        return bool(grade["from_included"] and grade["until_included"])
    return bool(grade["from"] < grade["until"])


def _check_seam(document: Document, place: Location, better: dict[str, Any], worse: dict[str, Any]) -> None:
    names = f"grades {better['grade']} and {worse['grade']}"
    begin: int | Decimal | None = better["from"]
    end: int | Decimal | None = worse["until"]
    if begin is None or end is None:
        document.problem(place, f"{names}: only the outer ends may be null")
    elif begin != end:
        fault = "overlap" if begin < end else "leave a gap"
        document.problem(place, f"{names} {fault} between {min(begin, end)} and {max(begin, end)}")
    elif better["from_included"] == worse["until_included"]:
        fault = "both hold" if better["from_included"] else "neither holds"
        document.problem(place, f"{names}: {fault} the score {begin}")
    if worse["city_grade"] < better["city_grade"]:
        document.problem(
            (*place, "city_grade"), f"{names}: the worse grade maps to the better city grade {worse['city_grade']}"
        )


def _check_limits(document: Document, catalogue: Set[str]) -> None:
    grades = [grade["grade"] for grade in document.data["grades"]]
    seen = set()
    for index, limit in enumerate(document.data.get("limits", [])):
        place = ("limits", index)
        if limit["id"] in seen:
            document.problem(place, f"limit '{limit['id']}' exists twice")
        seen.add(limit["id"])
        _check_item(document, (*place, "item"), limit["item"], catalogue)
        _check_validity(document, place, limit)
        if limit["effect"] == "no_grade" and "grade" in limit:
            document.problem((*place, "grade"), f"limit '{limit['id']}': 'no_grade' names no grade")
        if limit["effect"] != "no_grade" and limit.get("grade") not in grades:
            document.problem(
                (*place, "grade"),
                f"limit '{limit['id']}' needs one of the grades {', '.join(grades)}, not '{limit.get('grade')}'",
            )


def _check_measures(document: Document) -> None:
    grades = [grade["grade"] for grade in document.data["grades"]]
    measures = document.data["measures"]
    for grade in measures:
        if grade not in grades:
            document.problem(("measures", grade), f"measures for grade '{grade}', which the rulebook does not have")
    for grade in grades:
        if grade not in measures:
            document.problem(("measures",), f"grade '{grade}' has no measure")
