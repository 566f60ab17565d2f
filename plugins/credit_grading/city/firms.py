"""The firms of the city: each is made from the seed and its number alone, so no list of them is ever kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from credit_grading.city import words
from credit_grading.city.codes import BODIES, credit_code
from credit_grading.city.divisions import DIVISIONS, OLD_CODES, short_name

DIVISION_CODES = tuple(DIVISIONS)
TRADE_NAMES = len(words.FIRST) * len(words.SECOND) * len(words.THIRD)

# How the city's firms are made up (shares of ours; no published structure is copied).
SHARE_CONSTRUCTION = 0.16
SHARE_BIDDING_SERVICES = 0.06

# GB/T 4757 section letter and division, by kind of business
INDUSTRY_CODES = {"construction": "E47", "bidding_services": "M74", "other": "F51"}

# Behaviour of firms: most never come to notice.
PROFILES = (("clean", 0.78), ("minor", 0.145), ("repeated", 0.05), ("heavy", 0.017), ("serious", 0.008))


@dataclass(frozen=True)
class Firm:
    """One invented firm. `business` is construction, bidding_services or other; `profile` drives its records."""

    number: int
    credit_code: str
    name: str
    division_code: str
    carries_old_code: bool
    business: str
    profile: str
    established_on: date
    capital: int  # 万元
    status: str


def make_firms(seed: int, first: int, last: int, as_of: date) -> Iterator[tuple[Firm, Random]]:
    """Firms number `first` to `last` - 1, each with the random source for its records."""
    for number in range(first, last):
        random = Random(f"{seed}/firm/{number}")
        yield make_firm(seed, number, random, as_of), random


def make_firm(seed: int, number: int, random: Random, as_of: date) -> Firm:
    """Firm `number` of the city of `seed`. Raises ValueError where the number is out of range."""
    if not 0 <= number < BODIES:
        raise ValueError(f"firm number {number} is outside 0…{BODIES - 1}")
    # the first 38 firms are one in each district, so that even the smallest city has them all
    division = DIVISION_CODES[number] if number < len(DIVISION_CODES) else random.choice(DIVISION_CODES)
    draw = random.random()
    business = "other"
    if draw < SHARE_CONSTRUCTION:
        business = "construction"
    elif draw < SHARE_CONSTRUCTION + SHARE_BIDDING_SERVICES:
        business = "bidding_services"
    established = as_of - timedelta(days=random.randrange(400, 9_000))
    old = division in OLD_CODES and random.random() < 0.3  # noqa: PLR2004
    code_division = OLD_CODES[division] if old else division
    return Firm(
        number=number,
        credit_code=credit_code(code_division, (number + seed * 1_000_003) % BODIES),
        name=_name(trade_name(seed, number), random.choice(words.INDUSTRIES[business]), short_name(division), random),
        division_code=code_division,
        carries_old_code=old,
        business=business,
        profile=random.choices([name for name, _ in PROFILES], [share for _, share in PROFILES])[0],
        established_on=established,
        capital=random.choice((10, 30, 50, 100, 100, 200, 300, 500, 1_000, 2_000, 5_000, 10_000)),
        status=random.choices(("存续", "在营", "开业", "歇业", "注销", "吊销"), (70, 15, 11, 1, 2, 1))[0],
    )


def trade_name(seed: int, number: int) -> str:
    """The 字号 of a firm: three syllables, never twice in a city of up to 275,264 firms; one more beyond."""
    # an affine step through all combinations; 104,729 is prime and no factor of their number
    round_, place = divmod(number, TRADE_NAMES)
    place = (place * 104_729 + seed * 7_919) % TRADE_NAMES
    place, third = divmod(place, len(words.THIRD))
    first, second = divmod(place, len(words.SECOND))
    beyond = words.FIRST[round_ % len(words.FIRST)] if round_ else ""
    return beyond + words.FIRST[first] + words.SECOND[second] + words.THIRD[third]


def _name(trade: str, industry: str, district: str, random: Random) -> str:
    form = random.choices(("有限公司", "有限责任公司", "股份有限公司", "集团有限公司"), (86, 8, 4, 2))[0]
    pattern = random.choices(
        ("重庆{trade}{industry}{form}", "重庆市{district}{trade}{industry}{form}", "{trade}（重庆）{industry}{form}"),
        (68, 22, 10),
    )[0]
    return pattern.format(trade=trade, industry=industry, district=district, form=form)
