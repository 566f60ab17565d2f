"""Between which ends a score can lie, from what the rulebook itself says: only to find grades out of reach.

Ends are wider than the truth where it is not certain, never narrower; no score is computed here.
"""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import Any

from credit_grading.rulebook.check_records import counts_only, record_lines

Range = tuple[Decimal, Decimal]

INFINITY = Decimal("Infinity")
ANY: Range = (-INFINITY, INFINITY)
FULL_WEIGHT = 100
# more digits than any rulebook writes, so that ends are exact
DIGITS = 200


def score_range(data: dict[str, Any]) -> Range:
    """Lowest and highest score of a scored rulebook, open ends as infinity."""
    with localcontext(prec=DIGITS):
        score = data["score"]
        total = _sum([(Decimal(score["start"]),) * 2, _level(data["indicators"], redistributing=False)])
        return _kept(total, score.get("lowest"), score.get("highest"))


def unreachable(grade: dict[str, Any], scores: Range) -> bool:
    """Whether no score of this range lies in the band of the grade."""
    lowest, highest = scores
    below = grade["from"] is not None and (
        highest < grade["from"] or (highest == grade["from"] and not grade["from_included"])
    )
    above = grade["until"] is not None and (
        lowest > grade["until"] or (lowest == grade["until"] and not grade["until_included"])
    )
    return below or above


def _level(siblings: list[dict[str, Any]], redistributing: bool) -> Range:
    scored = [child for child in siblings if child.get("scored", True)]
    return _sum(_weighted(_value(child, redistributing), child.get("weight", FULL_WEIGHT)) for child in scored)


def _value(indicator: dict[str, Any], redistributing: bool) -> Range:
    if "indicators" not in indicator:
        return _leaf(indicator, redistributing)
    children = indicator["indicators"]
    if indicator.get("redistribute"):
        # a mean lies between the ends of what it is made of
        return _hull(_value(child, True) for child in children if child.get("scored", True))
    return _level(children, redistributing)


def _leaf(leaf: dict[str, Any], redistributing: bool) -> Range:
    states = [
        leaf[part][key]
        for part, key in (
            ("records", "when_missing"),
            ("rulebook_score", "when_missing"),
            ("stale", "value"),
            ("exempt", "value"),
            ("applicable", "otherwise"),
        )
        if key in leaf.get(part, {})
    ]
    # what is left out counts as 0 beside its siblings
    left_out = [0] if redistributing else []
    return _hull([_scaled(_raw(leaf), leaf.get("scale")), *((Decimal(v), Decimal(v)) for v in [*states, *left_out])])


def _raw(leaf: dict[str, Any]) -> Range:
    records = leaf.get("records")
    if records is None:
        return ANY
    if counts_only(records):
        return (Decimal(0), INFINITY)
    lines = record_lines(records)
    if not all("points" in line for line in lines) or records["aggregate"] == "ratio" or "weighted_by" in records:
        return ANY
    low, high = _hull(_points(line) for line in lines)
    if records["aggregate"] == "sum":
        return (-INFINITY if low < 0 else Decimal(0), INFINITY if high > 0 else Decimal(0))
    return (low, high)


def _points(line: dict[str, Any]) -> Range:
    fades = "decay" in line or "repair" in line
    points = Decimal(line["points"])
    return _hull([(points, points), *([(Decimal(0), Decimal(0))] if fades else [])])


def _scaled(raw: Range, scale: dict[str, Any] | None) -> Range:
    if scale is None:
        return raw
    if "goalposts" in scale:
        return (Decimal(0), Decimal(100))
    if "bands" in scale:
        return _hull(
            (Decimal(band["value"]),) * 2
            for band in scale["bands"]
            if (band["from"] is None or band["from"] <= raw[1]) and (band["until"] is None or band["until"] > raw[0])
        )
    linear = scale["linear"]
    ends = [linear["intercept"] + (linear["slope"] * end if linear["slope"] else Decimal(0)) for end in raw]
    return _kept((min(ends), max(ends)), linear.get("lowest"), linear.get("highest"))


def _weighted(value: Range, weight: Decimal | int) -> Range:
    share = Decimal(weight) / FULL_WEIGHT
    return (value[0] * share, value[1] * share)


def _kept(value: Range, lowest: Decimal | int | None, highest: Decimal | int | None) -> Range:
    low, high = value
    if lowest is not None:
        low, high = max(low, Decimal(lowest)), max(high, Decimal(lowest))
    if highest is not None:
        low, high = min(low, Decimal(highest)), min(high, Decimal(highest))
    return (low, high)


def _sum(ranges: Iterable[Range]) -> Range:
    low = high = Decimal(0)
    for one in ranges:
        low, high = low + one[0], high + one[1]
    return (low, high)


def _hull(ranges: Iterable[Range]) -> Range:
    ends = list(ranges)
    # no range: nothing is certain
    return (min(low for low, _ in ends), max(high for _, high in ends)) if ends else ANY
