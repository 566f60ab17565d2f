"""Random facts about random subjects, with dates and numbers where graders go wrong."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from tests.oracle.records import Record, add_months
from tests.oracle.world_texts import quarter

POPULATIONS = ("market_entity_registered", "construction_firm", "bidding_participant")
ITEMS = (
    "administrative_penalty", "bidding_bad_behaviour", "serious_dishonesty", "honour",
    "construction_base_points", "construction_special_points", "construction_deduction_points",
    "construction_no_scored_qualification",
)  # fmt: skip
BEHAVIOURS = ("", "ZJ508", "施工_其他", "M")
SEVERITIES = ("", "serious", "minor")
FACETS = ("", "施工总承包", "专业承包")
# whole months that rules and records share, so that records end and fade on the very day
MONTHS = (1, 6, 12, 36)
KNOWLEDGE_AT = datetime(2026, 11, 24, 3, tzinfo=UTC)


def random_day(random: Random, as_of: date) -> date:
    """Near the as-of date, a whole number of months before it, a month's end, or a beginning of a year of points."""
    day = add_months(as_of, -random.choice((0, 0, *MONTHS)))
    kind = random.random()
    if kind < 0.2:
        day = day.replace(day=1) - timedelta(days=1)
    elif kind < 0.35:
        day = date(random.choice((as_of.year, as_of.year - 1)), random.choice((1, 3)), 1)
    return day + timedelta(days=random.choice((-30, -1, 0, 0, 1, 3)))


def maybe_day(random: Random, as_of: date, share: float) -> date | None:
    return as_of + timedelta(days=random.choice((-5, -1, 0, 1, 2, 60))) if random.random() < share else None


def random_repair(random: Random, occurred: date, as_of: date) -> date:
    """Around the days that repair tables name, and around today."""
    later = random.choice((0, 1, 3, 4, 30, 31, 90, 91, 364, 366))
    year_end = date(occurred.year + random.choice((0, 1)), 12, 31) + timedelta(days=random.choice((0, 1)))
    return random.choice(
        (occurred + timedelta(days=later), year_end, as_of + timedelta(days=random.choice((0, 1, -1))))
    )


def random_subject(random: Random, key: str, as_of: date, first: int) -> list[Record]:
    """All records of one subject; ids go on from `first`."""
    items = [item for item in POPULATIONS if random.random() < 0.85]
    items += random.choices(POPULATIONS, k=random.choice((0, 0, 1, 2)))
    items += random.choices(ITEMS[4:], k=random.choice((0, 1, 2, 4)))
    items += random.choices(ITEMS[:4], k=random.choice((0, 2, 4, 9, 12)))
    return [random_record(random, f"r{first + n}", key, item, as_of) for n, item in enumerate(items)]


def random_key(random: Random, index: int) -> str:
    coded = f"9150000000000{index:05d}"
    return random.choice(
        (coded, coded, coded, f"L:construction:{index}", f"N:construction:企业{index}", f"P:{index:05d}")
    )


def one_of(random: Random, usual: Sequence, rarely: Sequence):
    """Most often something usual: what is not known yet, or no longer, hides the rest of a world."""
    return random.choice(rarely if random.random() < 0.05 else usual)


def random_record(random: Random, record_id: str, key: str, item: str, as_of: date) -> Record:
    population = item in POPULATIONS
    occurred = random_day(random, as_of)
    repaired = None if population or random.random() > 0.3 else random_repair(random, occurred, as_of)
    return {
        "record_id": record_id,
        "record_key": record_id,
        "catalogue_item_id": item,
        "subject_key": key,
        "reported_subject_key": key,
        "facet": random.choice(FACETS),
        "department_id": "construction",
        "contract_id": "random",
        "behaviour_code": "" if population else random.choice(BEHAVIOURS),
        "severity": "" if population else random.choice(SEVERITIES),
        "occurred_on": occurred,
        "effective_from": occurred + timedelta(days=random.choice((0, 0, 0, -1, 1, 30))),
        "effective_until": maybe_day(random, as_of, 0.2 if population else 0.5),
        "points_declared": quarter(random, -2, 30),
        "points_counted": random.choice((None, quarter(random, -2, 30), quarter(random, 0, 5), Decimal(5))),
        "quantity": random.choice((Decimal(1), Decimal(0), quarter(random, 0, 4))),
        "amount": random.choice((None, Decimal(0), Decimal(random.randint(1, 9)), Decimal("0.01"),
                                 Decimal("123456.789"))),
        "case_id": random.choice((None, None, "判-1", "判-2")),
        "repaired_on": repaired,
        "withdrawn_on": maybe_day(random, as_of, 0.1),
        "summary": "随机记录",
        "known_from": KNOWLEDGE_AT - timedelta(seconds=one_of(random, (0, 60, 86400), rarely=(-1,))),
        "known_until": one_of(random, (None,), rarely=(KNOWLEDGE_AT, KNOWLEDGE_AT + timedelta(seconds=1))),
        "batch_id": 1,
        "row_number": 1,
    }  # fmt: skip
