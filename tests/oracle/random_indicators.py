"""Random trees of indicators that use the whole language."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count, pairwise
from random import Random

from tests.oracle.random_lines import bare_lines, random_lines
from tests.oracle.random_records import MONTHS
from tests.oracle.world_texts import quarter

QUANTITIES = ("points_declared", "points_counted", "amount", "quantity")


@dataclass
class Reading:
    """Another rulebook that is read, and whether its facets have to become one score."""

    rulebook: str
    over_facets: bool


@dataclass
class Trees:
    """Makes indicators with names of their own."""

    random: Random
    has_year: bool
    numbers: Iterator[int] = field(default_factory=count)

    def tree(self, readings: list[Reading]) -> list[dict]:
        """The first level; what is read stands beside the others, or in a redistributing group."""
        together = len(readings) > 1 and self.random.random() < 0.5
        read = [self.reading(one, redistributing=together) for one in readings]
        if together:
            read = [self.named() | {"redistribute": True, "indicators": self.weighed(read)}]
        own = [self.indicator(0, redistributing=False) for _ in range(self.random.randint(2, 3))]
        return self.maybe_weighed(own + read)

    def named(self) -> dict:
        return {"id": f"indicator_{next(self.numbers)}", "title": {"zh": "指标", "en": "Indicator"}}

    def indicator(self, depth: int, *, redistributing: bool) -> dict:
        if depth == 2 or self.random.random() < 0.6:
            return self.leaf(redistributing=redistributing)
        redistribute = not redistributing and self.random.random() < 0.5
        children = [
            self.indicator(depth + 1, redistributing=redistributing or redistribute)
            for _ in range(self.random.randint(2, 3))
        ]
        if redistribute:
            return self.named() | {"redistribute": True, "indicators": self.weighed(children)}
        return self.named() | {"indicators": self.maybe_weighed(children)}

    def maybe_weighed(self, siblings: list[dict]) -> list[dict]:
        return self.weighed(siblings) if self.random.random() < 0.7 else siblings

    def weighed(self, siblings: list[dict]) -> list[dict]:
        scored = [one for one in siblings if one.get("scored", True)]
        for sibling, weight in zip(scored, random_weights(self.random, len(scored)), strict=True):
            sibling["weight"] = weight
        # now and then one more, for the conditions of a grade only
        return siblings + ([self.leaf(redistributing=False) | {"scored": False}] if self.random.random() < 0.2 else [])

    def state(self, key: str, *, redistributing: bool) -> dict:
        """The value in some state; in a redistributing group it may be left out."""
        return {} if redistributing and self.random.random() < 0.45 else {key: quarter(self.random, 0, 100)}

    def reading(self, one: Reading, *, redistributing: bool) -> dict:
        score = {"rulebook": one.rulebook} | self.state("when_missing", redistributing=redistributing)
        if one.over_facets:
            facets = {"aggregate": self.random.choice(("mean", "mean", "minimum", "maximum"))}
            if facets["aggregate"] == "mean" and self.random.random() < 0.7:
                facets["weighted_by"] = self.random.choice(("amount", "quantity"))
            score["facets"] = facets
        leaf = self.named() | {"rulebook_score": score} | self.scale(0.5)
        return leaf | self.excuses(0.1, redistributing=redistributing)

    def leaf(self, *, redistributing: bool) -> dict:
        random = self.random
        aggregate = random.choice(("count", "sum", "sum", "maximum", "minimum", "latest", "mean", "mean", "ratio"))
        records: dict = {"aggregate": aggregate}
        with_numbers = aggregate != "count" and (aggregate != "ratio" or random.random() < 0.5)
        records["items"] = random_lines(random, has_year=self.has_year, with_numbers=with_numbers)
        if aggregate == "ratio":
            records["numerator"] = random_lines(random, has_year=self.has_year, with_numbers=with_numbers)
        if with_numbers and (random.random() < 0.9 or not all("points" in line for line in records["items"])):
            records["quantity"] = random.choice(QUANTITIES)
        if aggregate == "ratio" and with_numbers:
            records["quantity"] = random.choice(QUANTITIES)
        if aggregate == "mean" and random.random() < 0.6:
            records["weighted_by"] = random.choice(("amount", "quantity"))
        if aggregate not in ("count", "sum"):
            records |= self.state("when_missing", redistributing=redistributing)
        if random.random() < 0.25:
            records["once_per_case"] = True
        leaf = self.named() | {"records": records} | self.scale(0.8)
        if random.random() < 0.2:
            leaf["stale"] = {"after_months": random.choice(MONTHS)} | self.state("value", redistributing=redistributing)
        return leaf | self.excuses(0.15, redistributing=redistributing)

    def excuses(self, share: float, *, redistributing: bool) -> dict:
        excuses = {}
        for key, value in (("exempt", "value"), ("applicable", "otherwise")):
            if self.random.random() < share:
                excuses[key] = {"items": bare_lines(self.random, has_year=self.has_year)}
                excuses[key] |= self.state(value, redistributing=redistributing)
        return excuses

    def scale(self, share: float) -> dict:
        return {"scale": random_scale(self.random)} if self.random.random() < share else {}


def random_weights(random: Random, count: int) -> list[Decimal]:
    step = random.choice((Decimal("12.5"), Decimal("0.01"), Decimal(5), Decimal(20)))
    if int(100 / step) <= count:
        step = Decimal("0.01")
    cuts = sorted(random.sample(range(1, int(100 / step)), count - 1))
    ends = [0, *cuts, int(100 / step)]
    return [(high - low) * step for low, high in pairwise(ends)]


def random_scale(random: Random) -> dict:
    kind = random.random()
    if kind < 0.3:
        worst = quarter(random, -3, 20)
        return {
            "goalposts": {"worst": worst, "best": worst + random.choice((-1, 1)) * Decimal(random.choice((1, 3, 7)))}
        }
    if kind < 0.6:
        linear = {"intercept": quarter(random, 0, 100), "slope": quarter(random, -3, 2)}
        if random.random() < 0.5:
            linear |= {"lowest": quarter(random, 0, 30), "highest": quarter(random, 60, 100)}
        return {"linear": linear}
    cuts = [None, *sorted({quarter(random, -2, 8) for _ in range(random.randint(1, 3))}), None]
    return {"bands": [{"from": low, "until": high, "value": quarter(random, 0, 100)} for low, high in pairwise(cuts)]}
