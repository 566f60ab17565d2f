"""Checks of grades, their conditions, measures and effects."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from credit_grading.rulebook.document import Document, Location
from credit_grading.rulebook.reach import INFINITY, score_range, unreachable
from credit_grading.rulebook.tree import leaves

# in points of the bid evaluation, or in percent (docs/rulebooks.md)
EFFECTS_WITH_VALUE = ("bid_points", "price_markup_percent", "deposit_percent")


def check_grades(document: Document) -> None:
    """Note every fault of the grades and of what hangs on them in the document."""
    grades = document.data["grades"]
    _check_twice(document, "grade")
    _check_city_grades(document)
    if "crosswalk" in document.data:
        _check_twice(document, "level")
    else:
        _check_bounds(document)
        for index, (better, worse) in enumerate(pairwise(grades), start=1):
            _check_seam(document, ("grades", index), better, worse)
        _check_conditions(document)
        _check_reach(document)
    _check_measures(document)
    _check_scenarios(document)


def _check_twice(document: Document, key: str) -> None:
    names = [grade[key] for grade in document.data["grades"]]
    for index, name in enumerate(names):
        if name in names[:index]:
            document.problem(("grades", index), f"{key} '{name}' exists twice")


def _check_city_grades(document: Document) -> None:
    placed = [(index, grade) for index, grade in enumerate(document.data["grades"]) if grade["city_grade"]]
    for (_, better), (index, worse) in pairwise(placed):
        if worse["city_grade"] < better["city_grade"]:
            document.problem(
                ("grades", index, "city_grade"),
                f"grades {better['grade']} and {worse['grade']}: the worse grade maps to the better city grade "
                f"{worse['city_grade']}",
            )


def _check_bounds(document: Document) -> None:
    grades = document.data["grades"]
    for index, grade in enumerate(grades):
        place = ("grades", index)
        for end in ("from", "until"):
            if grade[end] is None and grade[f"{end}_included"]:
                document.problem(place, f"grade '{grade['grade']}': an open end cannot be included ({end}_included)")
        lower, upper = grade["from"], grade["until"]
        if lower is not None and upper is not None and not _holds_a_number(grade):
            document.problem(place, f"grade '{grade['grade']}' holds no score: from {lower} until {upper}")
    for index, end in ((0, "until"), (len(grades) - 1, "from")):
        if grades[index][end] is not None:
            document.problem(
                ("grades", index), f"grades stand best first: '{grades[index]['grade']}' must have '{end}: null'"
            )


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


def _check_conditions(document: Document) -> None:
    grades = document.data["grades"]
    known = [leaf["id"] for _, leaf in leaves(document.data)]
    for index, grade in enumerate(grades):
        for number, condition in enumerate(grade.get("requires", [])):
            place = ("grades", index, "requires", number)
            if condition["indicator"] not in known:
                document.problem(
                    place,
                    f"grade '{grade['grade']}' asks for '{condition['indicator']}', which is no indicator with a raw "
                    f"value here; there are: {', '.join(known)}",
                )
            if condition.get("at_least", -INFINITY) > condition.get("at_most", INFINITY):
                document.problem(place, f"grade '{grade['grade']}': at_least must not be above at_most")
    if "requires" in grades[-1]:
        document.problem(
            ("grades", len(grades) - 1, "requires"),
            f"the worst grade '{grades[-1]['grade']}' has no conditions: a subject must get some grade",
        )


def _check_reach(document: Document) -> None:
    """A grade is out of reach where no score lies in its band, no limit names it, and no condition leads down to it."""
    scores = score_range(document.data)
    named = {limit.get("grade") for limit in document.data.get("limits", [])}
    for index, grade in enumerate(document.data["grades"]):
        if unreachable(grade, scores) and grade["grade"] not in named:
            lowest, highest = (format(end, "f") for end in scores)
            document.problem(
                ("grades", index),
                f"grade '{grade['grade']}' cannot be reached: scores lie between {lowest} and {highest}".replace(
                    "-Infinity", "no lowest end"
                ).replace("Infinity", "no highest end"),
            )
        if "requires" in grade:
            return


def _check_measures(document: Document) -> None:
    grades = [grade["grade"] for grade in document.data["grades"]]
    measures = document.data["measures"]
    for grade in measures:
        if grade not in grades:
            document.problem(("measures", grade), f"measures for grade '{grade}', which the rulebook does not have")
    for grade in grades:
        if grade not in measures:
            document.problem(("measures",), f"grade '{grade}' has no measure")


def _check_scenarios(document: Document) -> None:
    grades = [grade["grade"] for grade in document.data["grades"]]
    seen = set()
    for index, scenario in enumerate(document.data.get("scenarios", [])):
        place: Location = ("scenarios", index)
        if scenario["scenario"] in seen:
            document.problem(place, f"scenario '{scenario['scenario']}' exists twice")
        seen.add(scenario["scenario"])
        for grade, effects in scenario["effects"].items():
            if grade not in grades:
                document.problem(
                    (*place, "effects", grade), f"effects for grade '{grade}', which the rulebook does not have"
                )
            for number, effect in enumerate(effects):
                for message in _effect_faults(effect):
                    document.problem((*place, "effects", grade, number), message)


def _effect_faults(effect: dict[str, Any]) -> Iterator[str]:
    if effect["effect"] in EFFECTS_WITH_VALUE and "value" not in effect:
        yield f"'{effect['effect']}' needs a 'value'"
    if effect["effect"] not in EFFECTS_WITH_VALUE and "value" in effect:
        yield f"'{effect['effect']}' has no 'value'"
