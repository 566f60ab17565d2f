"""From records to a raw value, and from a raw value to a value."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.records import Record
from tests.oracle.rules import number

DECIMALS = 20


@dataclass(frozen=True)
class Counted:
    """A record that counts for a leaf, with its number; `above`: above the line of a ratio."""

    record: Record
    number: Fraction | None
    above: bool = False


def rounded(exact: Fraction) -> Fraction:
    """To 20 decimal places, half away from zero."""
    scaled = abs(exact) * 10**DECIMALS
    whole = int(scaled) + (1 if scaled - int(scaled) >= Fraction(1, 2) else 0)
    return Fraction(whole if exact >= 0 else -whole, 10**DECIMALS)


def quotient(above: Fraction, below: Fraction) -> Fraction | None:
    return None if below == 0 else rounded(above / below)


def mean(pairs: Sequence[tuple[Fraction, Fraction]]) -> Fraction | None:
    """Mean of (number, weight); None where the weights sum to nothing."""
    above = sum((number * weight for number, weight in pairs), start=Fraction(0))
    return quotient(above, sum((weight for _, weight in pairs), start=Fraction(0)))


def chosen_per_case(counted: Sequence[Counted]) -> list[Counted]:
    """Of each case the record with the most points, then the earlier, then the first by its id."""
    chosen = [one for one in counted if one.record["case_id"] is None]
    cases: dict[str, list[Counted]] = defaultdict(list)
    for one in counted:
        if one.record["case_id"] is not None:
            cases[one.record["case_id"]].append(one)

    def order(one: Counted) -> tuple:
        without = one.number is None
        return without, -(one.number or 0), one.record["occurred_on"], one.record["record_id"]

    return chosen + [min(ones, key=order) for ones in cases.values()]


def raw_value(spec: dict, counted: Sequence[Counted]) -> Fraction | None:
    """The raw value of a leaf; None where nothing is known."""
    aggregate = spec["aggregate"]
    if aggregate == "count":
        return Fraction(len(counted))
    if aggregate == "ratio":
        return ratio(spec, counted)
    numbered = [one for one in counted if one.number is not None]
    numbers = [one.number for one in numbered]
    if aggregate == "sum":
        return sum(numbers, start=Fraction(0))
    if not numbered:
        return None
    if aggregate == "mean":
        return mean([(one.number, weight(one.record, spec.get("weighted_by"))) for one in numbered])
    newest = max(numbered, key=lambda one: newest_last(one.record))
    return {"maximum": max(numbers), "minimum": min(numbers), "latest": newest.number}[aggregate]


def ratio(spec: dict, counted: Sequence[Counted]) -> Fraction | None:
    """Records, or their numbers, above the line by those below it."""
    above, below = (
        [Fraction(1) if "quantity" not in spec else one.number or Fraction(0) for one in counted if one.above is side]
        for side in (True, False)
    )
    return quotient(sum(above, start=Fraction(0)), sum(below, start=Fraction(0)))


def newest_last(record: Record) -> tuple:
    """Order of records: occurred, reached us, id."""
    return record["occurred_on"], record["known_from"], record["record_id"]


def weight(record: Record, weighted_by: str | None) -> Fraction:
    """1 where nothing weighs; a weight that the record does not say is 0."""
    return Fraction(1) if weighted_by is None else Fraction(record[weighted_by] or 0)


def scaled(body: dict, raw: Fraction) -> Fraction:
    scale = body.get("scale", {"linear": {"intercept": "0", "slope": "1"}})
    if "bands" in scale:
        (value,) = [
            number(band["value"])
            for band in scale["bands"]
            if (number(band["from"]) is None or number(band["from"]) <= raw)
            and (number(band["until"]) is None or raw < number(band["until"]))
        ]
        return value
    if "goalposts" in scale:
        worst, best = number(scale["goalposts"]["worst"]), number(scale["goalposts"]["best"])
        way = 100 * (raw - worst) / (best - worst)
        return rounded(min(max(way, Fraction(0)), Fraction(100)))
    linear = scale["linear"]
    value = number(linear["intercept"]) + number(linear["slope"]) * raw
    if "lowest" in linear:
        value = max(value, number(linear["lowest"]))
    if "highest" in linear:
        value = min(value, number(linear["highest"]))
    return value
