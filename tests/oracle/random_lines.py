"""Random lines of rulebooks: which records, how long they count, how their points fade."""

from decimal import Decimal
from random import Random

from tests.oracle.random_records import BEHAVIOURS, ITEMS, MONTHS, SEVERITIES
from tests.oracle.world_texts import quarter

# in an order in which every step can be reached
REPAIR_STEPS = (
    {"within_days": 0, "returned_percent": 100},
    {"within_days": 3, "returned_percent": Decimal("99.5")},
    {"within_days": 30, "amount_at_most": 5, "returned_percent": 100},
    {"within_days": 30, "returned_percent": 80},
    {"within_days": 90, "within_calendar_years": 0, "returned_percent": 70},
    {"within_calendar_years": 0, "returned_percent": 60},
    {"within_calendar_years": 1, "amount_at_most": Decimal("0.01"), "returned_percent": 50},
    {"within_calendar_years": 1, "returned_percent": 40},
    {"amount_at_most": 0, "returned_percent": 30},
    {"returned_percent": Decimal("12.5")},
)


def random_lines(
    random: Random, *, has_year: bool, with_numbers: bool, items: tuple[str, ...] = ITEMS[:4]
) -> list[dict]:
    """One to five lines, no two for the same kind of record; numbers bring points, fading and repair."""
    lines, seen = [], set()
    for _ in range(random.randint(1, 5)):
        line: dict = {"item": random.choice(items)}
        if random.random() < 0.25:
            line["behaviour"] = random.choice(BEHAVIOURS[1:])
        if random.random() < 0.25:
            line["severity"] = random.choice(SEVERITIES[1:])
        kind = tuple(line.items())
        if kind in seen:
            continue
        seen.add(kind)
        line |= validity(random, has_year=has_year)
        if with_numbers:
            line |= fading(random)
        lines.append(line)
    return lines


def bare_lines(random: Random, *, has_year: bool) -> list[dict]:
    """Lines without points, for what excuses or concerns a subject."""
    return random_lines(random, has_year=has_year, with_numbers=False, items=ITEMS)


def validity(random: Random, *, has_year: bool) -> dict:
    keys: dict = {}
    if random.random() < 0.5:
        keys[random.choice(("validity_months", "longest_months"))] = random.choice(MONTHS)
    if has_year and random.random() < 0.4:
        keys["until_cycle_end"] = True
    return keys


def fading(random: Random) -> dict:
    keys: dict = {}
    if random.random() < 0.3:
        keys["points"] = quarter(random, -5, 20)
    if random.random() < 0.3:
        months = sorted(random.sample((0, *MONTHS), random.randint(1, 3)))
        percents = random.sample((100, 75, 50, Decimal("33.3"), 0), len(months))
        keys["decay"] = [{"from_months": n, "percent": p} for n, p in zip(months, percents, strict=True)]
    if random.random() < 0.35:
        chosen = sorted(random.sample(range(len(REPAIR_STEPS)), random.randint(1, 5)))
        keys["repair"] = [dict(REPAIR_STEPS[index]) for index in chosen]
    return keys
