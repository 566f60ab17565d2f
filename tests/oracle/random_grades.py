"""Random grades and limits, with cut-offs and thresholds where subjects of the world really are."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from random import Random

from tests.oracle.grading import Graded
from tests.oracle.limits import numbers_on
from tests.oracle.random_indicators import QUANTITIES
from tests.oracle.random_lines import random_lines
from tests.oracle.random_records import BEHAVIOURS, ITEMS, MONTHS, Record
from tests.oracle.rules import Rulebook
from tests.oracle.world_texts import decimal, is_short, quarter, to_yaml

CITY_GRADES = ("A", "B", None, "C", "D", "E")
EFFECTS = (
    {"effect": "bid_points", "value": 2, "zh": "加分", "en": "Points"},
    {"effect": "green_channel", "zh": "绿色通道", "en": "Green channel"},
    {"effect": "exclusion", "zh": "依法限制", "en": "Excluded", "legal_basis": "随机"},
)


def crosswalk_grades(random: Random) -> list[dict]:
    """Grades for some of the levels that records have, with and without scores."""
    levels = random.sample(BEHAVIOURS[1:], random.randint(2, 3))
    city = sorted(random.sample(range(len(CITY_GRADES)), len(levels)))
    return [
        {"grade": f"G{rank}", "level": level, "city_grade": CITY_GRADES[place], "title": f"G{rank}"}
        | ({"score": quarter(random, 0, 100)} if rank == 1 or random.random() < 0.6 else {})
        for rank, (level, place) in enumerate(zip(levels, city, strict=True), start=1)
    ]


def one_grade() -> list[dict]:
    """What stands until it is known which scores there are."""
    return [{"grade": "G1", "city_grade": "A", "title": "G1", "from": None, "from_included": False, "until": None,
             "until_included": False}]  # fmt: skip


def cut(random: Random, graded: Sequence[Graded]) -> list[dict]:
    """Two to five grades, cut at scores that subjects have; every band can be reached."""
    attained = sorted({one.score for one in graded if one.score is not None and is_short(one.score)})
    if len(attained) < 2:
        return one_grade()
    cuts = sorted(random.sample(attained, min(len(attained) - 1, random.randint(1, 4))), reverse=True)
    # the outermost score belongs to the outermost band, which might hold nothing else
    included = {cut: cut == attained[-1] or (cut != attained[0] and random.random() < 0.5) for cut in cuts}
    city = sorted(random.sample(range(len(CITY_GRADES)), len(cuts) + 1))
    return [
        {
            "grade": f"G{rank + 1}",
            "city_grade": CITY_GRADES[place],
            "title": f"G{rank + 1}",
            "from": None if low is None else decimal(low),
            "from_included": low is not None and included[low],
            "until": None if high is None else decimal(high),
            "until_included": high is not None and not included[high],
        }
        for rank, ((high, low), place) in enumerate(zip(pairwise([None, *cuts, None]), city, strict=True))
    ]


def add_conditions(random: Random, grades: list[dict], graded: Sequence[Graded]) -> None:
    """Conditions on raw values, at values that subjects have."""
    raws: dict[str, set[Fraction]] = {}
    for one in graded:
        for indicator, line in one.lines.items():
            if line.raw is not None and is_short(line.raw):
                raws.setdefault(indicator, set()).add(line.raw)
    for grade in grades[:-1]:
        if raws and random.random() < 0.4:
            indicators = random.sample(sorted(raws), min(len(raws), random.randint(1, 2)))
            grade["requires"] = [
                {
                    "indicator": indicator,
                    random.choice(("at_least", "at_most")): decimal(random.choice(sorted(raws[indicator]))),
                }
                for indicator in indicators
            ]


def random_availability(random: Random, graded: Sequence[Graded]) -> dict:
    """A share of the weight that some subject reaches exactly."""
    shares = {known * 100 / applies for one in graded for known, applies in [one.share_known] if known}
    short = sorted(share for share in shares if is_short(share, 6))
    # of the lower half, so that most subjects keep a grade
    return {"minimum_percent": decimal(random.choice(short[: len(short) // 2 + 1]))} if short else {}


def random_limit(random: Random, index: int, book: dict, subjects: Sequence[list[Record]], as_of: date) -> dict:
    """A limit of the book, its thresholds at totals that some subject has."""
    effect = random.choice(("veto", "cap", "no_grade"))
    limit: dict = {"id": f"limit_{index}", "title": {"zh": "限制", "en": "Limit"}, "effect": effect}
    if effect != "no_grade":
        limit["grade"] = random.choice([grade["grade"] for grade in book["grades"]])
    compared = random.random() < 0.6
    has_year = isinstance(book["cycle"], dict)
    lines = random_lines(random, has_year=has_year, with_numbers=compared, items=ITEMS[3:] if compared else ITEMS[4:])
    if random.random() < 0.4:
        limit["lasts_months"] = random.choice(MONTHS)
        for line in lines:
            line.pop("decay", None)
            line.pop("repair", None)
    elif not compared and random.random() < 0.2:
        lines[0]["repair"] = [{"returned_percent": 0}]
    if compared:
        limit["quantity"] = random.choice(QUANTITIES)
    limit |= lines[0] if len(lines) == 1 and random.random() < 0.5 else {"items": lines}
    if compared:
        add_thresholds(random, limit, book, subjects, as_of)
    elif random.random() < 0.3:
        limit["count_at_least"] = random.randint(1, 3)
    return limit


def add_thresholds(random: Random, limit: dict, book: dict, subjects: Sequence[list[Record]], as_of: date) -> None:
    rulebook = Rulebook(to_yaml(book | {"limits": [limit]}))
    lines = rulebook.limit_lines(rulebook.limits[0])
    totals, singles = {Fraction(20)}, {Fraction(10)}
    for records in subjects:
        numbers = numbers_on(as_of, records, lines, limit["quantity"])
        totals.add(numbers.total)
        singles |= {number for number in numbers.numbers if number is not None}
    chosen = random.choice((("total_at_least",), ("single_at_least",), ("total_at_least", "single_at_least")))
    for key, values in (("total_at_least", totals), ("single_at_least", singles)):
        if key in chosen:
            limit[key] = decimal(random.choice(sorted(value for value in values if value > 0)))
    if random.random() < 0.2:
        limit["count_at_least"] = random.randint(2, 4)


def random_scenarios(random: Random, grades: list[dict]) -> list[dict]:
    chosen = random.sample(("approval", "public_service", "public_resource_trading"), random.randint(1, 2))
    return [
        {"scenario": scenario, "effects": {random.choice(grades)["grade"]: [dict(random.choice(EFFECTS))]}}
        for scenario in chosen
    ]
