"""Checks of limits: vetoes, caps, reasons not to grade, and the thresholds under which they hold."""

from collections.abc import Iterator
from typing import Any

from credit_grading.rulebook.document import Document
from credit_grading.rulebook.tree import LINE_KEYS, limit_lines

THRESHOLDS_OF_POINTS = ("total_at_least", "single_at_least")


def check_limits(document: Document) -> None:
    """Note every fault of the limits in the document."""
    grades = [grade["grade"] for grade in document.data["grades"]]
    seen = set()
    for index, limit in enumerate(document.data.get("limits", [])):
        place = ("limits", index)
        if limit["id"] in seen:
            document.problem(place, f"limit '{limit['id']}' exists twice")
        seen.add(limit["id"])
        if limit["effect"] == "no_grade" and "grade" in limit:
            document.problem((*place, "grade"), f"limit '{limit['id']}': 'no_grade' names no grade")
        if limit["effect"] != "no_grade" and limit.get("grade") not in grades:
            given = f", not '{limit['grade']}'" if "grade" in limit else ""
            document.problem(
                (*place, "grade"), f"limit '{limit['id']}' needs one of the grades {', '.join(grades)}{given}"
            )
        lines = [line for _, line in limit_lines(index, limit)]
        for message in (*_line_faults(limit, lines), *_point_faults(limit, lines)):
            document.problem(place, f"limit '{limit['id']}': {message}")


def _line_faults(limit: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[str]:
    stray = [key for key in LINE_KEYS if "items" in limit and key in limit]
    if stray:
        yield f"where there are 'items', each of them says its own {', '.join(stray)}"
    fading = [key for key in ("decay", "repair") if any(key in line for line in lines)]
    if "lasts_months" in limit and fading:
        yield f"with 'lasts_months' its lines have no {' and no '.join(fading)}"


def _point_faults(limit: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[str]:
    thresholds = [key for key in THRESHOLDS_OF_POINTS if key in limit]
    if thresholds and "quantity" not in limit and not all("points" in line for line in lines):
        yield f"'{thresholds[0]}' needs 'quantity', or 'points' on every item"
    if thresholds:
        return
    if "quantity" in limit:
        yield "'quantity' is for 'total_at_least' and 'single_at_least': no points are compared here"
    if any("points" in line or "decay" in line for line in lines):
        yield "'points' and 'decay' are for 'total_at_least' and 'single_at_least': no points are compared here"
