"""Checks within one rulebook that a schema cannot say: sums, bands, references."""

from datetime import date

from credit_grading.rulebook.catalogue import Catalogue
from credit_grading.rulebook.check_grades import check_grades
from credit_grading.rulebook.check_indicators import check_indicators
from credit_grading.rulebook.check_limits import check_limits
from credit_grading.rulebook.check_lines import check_lines
from credit_grading.rulebook.document import Document


def check_rules(document: Document, catalogue: Catalogue) -> None:
    """Note every fault in the document, whose form is right. `catalogue` holds the items that records may have."""
    document.is_comparable = _check_dates(document)
    _check_score(document)
    check_lines(document, catalogue)
    check_indicators(document)
    check_grades(document)
    check_limits(document)


def _check_dates(document: Document) -> bool:
    before = len(document.problems)
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
    return len(document.problems) == before


def _check_score(document: Document) -> None:
    score = document.data.get("score", {})
    lowest, highest = score.get("lowest"), score.get("highest")
    if lowest is not None and highest is not None and lowest >= highest:
        document.problem(("score",), f"lowest ({lowest}) must be below highest ({highest})")
