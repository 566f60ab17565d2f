"""From a score, or a level that was given elsewhere, to a grade."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests.oracle.rules import Rulebook, number
from tests.oracle.tree import LeafResult


@dataclass
class Graded:
    """What is due to one subject and facet under one rulebook."""

    version: str
    lines: dict[str, LeafResult] = field(default_factory=dict)
    # redistributing groups: their leaves, and the exact sum of what these contribute
    rounded_groups: list[tuple[list[str], Fraction]] = field(default_factory=list)
    # weight of the leaves that are known, and of those that apply
    share_known: tuple[Fraction, Fraction] = (Fraction(1), Fraction(1))
    unclamped: Fraction | None = None
    score: Fraction | None = None
    grade: str | None = None
    city_grade: str | None = None
    status: str = "by_score"
    limit_id: str | None = None
    gap: Fraction | None = None
    limits_end: set[date] = field(default_factory=set)
    # found by Oracle.grade_all
    next_change_on: date | None = None


def clamped(book: Rulebook, score: Fraction) -> Fraction:
    limits = book.data["score"]
    if "lowest" in limits:
        score = max(score, number(limits["lowest"]))
    if "highest" in limits:
        score = min(score, number(limits["highest"]))
    return score


def holds(band: dict, score: Fraction) -> bool:
    lower, upper = number(band["from"]), number(band["until"])
    above = lower is None or score > lower or (score == lower and band["from_included"] == "true")
    below = upper is None or score < upper or (score == upper and band["until_included"] == "true")
    return above and below


def is_fulfilled(condition: dict, lines: dict[str, LeafResult]) -> bool:
    raw = lines[condition["indicator"]].raw
    if raw is None:
        return False
    if "at_least" in condition and raw < Fraction(condition["at_least"]):
        return False
    return "at_most" not in condition or raw <= Fraction(condition["at_most"])


def earned(book: Rulebook, graded: Graded, level: str | None) -> tuple[int | None, str]:
    """Rank (0 = best) without any limit, and the status that says what decided; None = no grade."""
    if book.is_crosswalk:
        if level is None:
            return None, "insufficient_data"
        ranks = [rank for rank, band in enumerate(book.grades) if band["level"] == level]
        return (ranks[0], "crosswalk") if ranks else (None, "no_grade")
    by_score = next(rank for rank, band in enumerate(book.grades) if holds(band, graded.score))
    rank = by_score
    while not all(is_fulfilled(condition, graded.lines) for condition in book.grades[rank].get("requires", [])):
        rank += 1
    return rank, "by_score" if rank == by_score else "condition"


def decide(
    book: Rulebook, graded: Graded, limits: Sequence[dict], level: str | None, *, too_little_known: bool
) -> None:
    """Write the grade and what decided it; `limits` are those that hold."""
    excused = sorted(limit["id"] for limit in limits if limit["effect"] == "no_grade")
    if excused:
        graded.status, graded.limit_id = "no_grade", excused[0]
        return
    if too_little_known:
        graded.status = "insufficient_data"
        return
    rank, graded.status = earned(book, graded, level)
    if rank is None:
        return
    names = [band["grade"] for band in book.grades]
    # worst grade first, a veto before a cap, then by name
    strictest = sorted(limits, key=lambda one: (-names.index(one["grade"]), one["effect"] == "cap", one["id"]))
    if strictest:
        allowed = names.index(strictest[0]["grade"])
        if allowed > rank or (allowed == rank and strictest[0]["effect"] == "veto"):
            rank, graded.status, graded.limit_id = allowed, strictest[0]["effect"], strictest[0]["id"]
    graded.grade = names[rank]
    city_grade = book.grades[rank]["city_grade"]
    graded.city_grade = None if city_grade in ("null", "~", "") else city_grade
    if graded.status == "by_score" and rank > 0:
        graded.gap = number(book.grades[rank - 1]["from"]) - graded.score
