"""Random worlds: rulebooks and records, dense in the places where graders go wrong.

Points, weights and cut-offs lie on a coarse grid, so that scores fall exactly on cut-offs; dates lie around the
as-of date, month ends and whole months before it, so that validity ends on that very day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction
from itertools import pairwise
from random import Random

import yaml

from tests.oracle.records import MONTHS, Record, add_months
from tests.oracle.rules import Rulebook
from tests.oracle.scorer import Oracle

POPULATIONS = ("market_entity_registered", "construction_firm", "bidding_participant")
ITEMS = (
    "administrative_penalty", "bidding_bad_behaviour", "serious_dishonesty", "honour",
    "construction_base_points", "construction_special_points", "construction_deduction_points",
    "construction_no_scored_qualification",
)  # fmt: skip
BEHAVIOURS = ("", "ZJ508", "施工_其他")
SEVERITIES = ("", "serious", "minor")
FACETS = ("", "施工总承包", "专业承包")
DAYS = (
    date(2024, 2, 29), date(2025, 2, 28), date(2025, 7, 30), date(2025, 7, 31),
    date(2026, 2, 28), date(2026, 3, 31), date(2026, 11, 24),
)  # fmt: skip
KNOWLEDGE_AT = datetime(2026, 11, 24, 3, tzinfo=UTC)


@dataclass
class World:
    rulebooks: dict[str, str]
    records: list[Record]
    as_of: date
    knowledge_at: datetime = KNOWLEDGE_AT


def random_world(seed: int, subjects: int = 150) -> World:
    """A world of its own for each seed."""
    random = Random(seed)
    as_of = random.choice(DAYS)
    books = random_rulebooks(random, as_of)
    records: list[Record] = []
    for index in range(subjects):
        records += random_subject(random, index, as_of, len(records))
    cut_where_scores_are(random, books, records, as_of)
    texts = {f"{book['id']}@{book['version']}.yml": to_yaml(book) for book in books}
    return World(texts, records, as_of)


def cut_where_scores_are(random: Random, books: list[dict], records: list[Record], as_of: date) -> None:
    """Move the cut-offs of the grades onto scores that subjects really have: scores do not depend on cut-offs."""
    oracle = Oracle([Rulebook(to_yaml(book)) for book in books], records, as_of, KNOWLEDGE_AT)
    scores: dict[tuple[str, str], set[Fraction]] = {}
    for key, graded in oracle.grade_all().items():
        scores.setdefault((key[0], graded.version), set()).add(graded.score)
    for book in books:
        attained = sorted(scores.get((book["id"], book["version"]), ()))
        cuts = random.sample(attained, min(len(attained), len(book["grades"]) - 1))
        if len(cuts) == len(book["grades"]) - 1:
            for (better, worse), cut in zip(pairwise(book["grades"]), sorted(cuts, reverse=True), strict=True):
                better["from"] = worse["until"] = decimal(cut)


def decimal(number: Fraction) -> Decimal:
    """The finite decimal that the fraction is: weights, points and values all are finite decimals."""
    with localcontext() as context:
        context.prec = 60
        context.traps[Inexact] = True
        return Decimal(number.numerator) / Decimal(number.denominator)


def to_yaml(book: dict) -> str:
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    def plain(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
        text = format(value, "f")
        return dumper.represent_scalar("tag:yaml.org,2002:" + ("float" if "." in text else "int"), text)

    Dumper.add_representer(Decimal, plain)
    return yaml.dump(book, Dumper=Dumper, allow_unicode=True, sort_keys=False)


def quarter(random: Random, low: int, high: int) -> Decimal:
    return Decimal(random.randint(low * 4, high * 4)) / 4


def random_rulebooks(random: Random, as_of: date) -> list[dict]:
    """Four rulebooks in a chain of up to three stages; some end, begin or change version at the as-of date."""
    per_facet = [random.random() < 0.5 for _ in range(2)]
    books = [
        random_rulebook(random, "random_a", [], False),
        random_rulebook(random, "random_b", [], per_facet[0]),
        random_rulebook(random, "random_c", ["random_a"] + (["random_b"] if per_facet[1] >= per_facet[0] else []),
                        per_facet[1]),
        random_rulebook(random, "random_d", ["random_c"], per_facet[1]),
    ]  # fmt: skip
    others = []
    for book in books:
        begins = as_of - timedelta(days=random.choice((0, 1, 400)))
        ends = random.choice((None, as_of + timedelta(days=1), as_of + timedelta(days=40)))
        book["in_force"] = {"from": begins, "until": ends}
        if random.random() < 0.4:
            others.append(book | {"version": "0", "in_force": {"from": begins - timedelta(days=9), "until": begins}})
        if ends and random.random() < 0.5:
            successor = random_rulebook(random, book["id"], [], book["population"]["per_facet"])
            others.append(successor | {"version": "2", "in_force": {"from": ends, "until": None}})
    return books + others


def random_rulebook(random: Random, name: str, upstreams: list[str], per_facet: bool) -> dict:
    counter = iter(range(1000))
    grades, bands = random_grades(random)
    score: dict = {"start": quarter(random, -40, 60)}
    if random.random() < 0.5:
        score |= {"lowest": quarter(random, 0, 20), "highest": quarter(random, 80, 100)}
    kinds = ["coded", "department_local", "name_only"]
    indicators = random_siblings(random, counter, depth=0, upstreams=list(upstreams))
    return {
        "id": name,
        "version": "1",
        "title": {"zh": "随机模型", "en": "Random rulebook"},
        "authority": {"zh": "随机"},
        "legal_basis": [{"document": "随机"}],
        "in_force": {},
        "cycle": "daily",
        "population": {
            "subject_kinds": random.sample(kinds, random.randint(2, 3)),
            "item": random.choice(POPULATIONS),
            "per_facet": per_facet,
        },
        "score": score,
        "indicators": indicators,
        "limits": [random_limit(random, index, grades) for index in range(random.randint(1, 3))],
        "grades": bands,
        "measures": {grade: [{"zh": "措施", "en": "Measure"}] for grade in grades},
    }


def random_siblings(random: Random, counter, depth: int, upstreams: list[str]) -> list[dict]:
    count = random.randint(2, 3)
    siblings = [random_indicator(random, counter, depth) for _ in range(count)]
    for upstream in upstreams:
        siblings.append(indicator(counter) | {
            "rulebook_score": {"rulebook": upstream, "when_missing": quarter(random, 0, 100)},
            **({"scale": random_scale(random)} if random.random() < 0.5 else {}),
        })  # fmt: skip
    if random.random() < 0.7:
        for sibling, weight in zip(siblings, random_weights(random, len(siblings)), strict=True):
            sibling["weight"] = weight
    return siblings


def random_weights(random: Random, count: int) -> list[Decimal]:
    step = random.choice((Decimal("12.5"), Decimal("0.01"), Decimal(5)))
    cuts = sorted(random.sample(range(1, int(100 / step)), count - 1))
    ends = [0, *cuts, int(100 / step)]
    return [(high - low) * step for low, high in pairwise(ends)]


def indicator(counter) -> dict:
    return {"id": f"indicator_{next(counter)}", "title": {"zh": "指标", "en": "Indicator"}}


def random_indicator(random: Random, counter, depth: int) -> dict:
    own = indicator(counter)
    if depth < 2 and random.random() < 0.3:
        return own | {"indicators": random_siblings(random, counter, depth + 1, [])}
    aggregate = random.choice(("count", "sum", "sum", "maximum", "latest"))
    records: dict = {"aggregate": aggregate, "items": random_items(random, with_points=aggregate != "count")}
    if aggregate != "count":
        records["quantity"] = random.choice(("points_declared", "points_counted", "amount", "quantity"))
    if aggregate in ("maximum", "latest"):
        records["when_missing"] = quarter(random, 0, 100)
    return own | {"records": records} | ({"scale": random_scale(random)} if random.random() < 0.8 else {})


def random_items(random: Random, *, with_points: bool) -> list[dict]:
    items, seen = [], set()
    for _ in range(random.randint(1, 4)):
        item: dict = {"item": random.choice(ITEMS[:4])}
        if random.random() < 0.4:
            item["behaviour"] = random.choice(BEHAVIOURS[1:])
        if random.random() < 0.4:
            item["severity"] = random.choice(SEVERITIES[1:])
        kind = tuple(item.items())
        if kind in seen:
            continue
        seen.add(kind)
        if random.random() < 0.6:
            item[random.choice(MONTHS)] = random.choice((1, 6, 12, 36))
        if with_points and random.random() < 0.3:
            item["points"] = quarter(random, -5, 20)
        items.append(item)
    return items


def random_scale(random: Random) -> dict:
    if random.random() < 0.5:
        linear = {"intercept": quarter(random, 0, 100), "slope": quarter(random, -3, 2)}
        if random.random() < 0.5:
            linear |= {"lowest": quarter(random, 0, 30), "highest": quarter(random, 60, 100)}
        return {"linear": linear}
    cuts = [None, *sorted({quarter(random, -2, 8) for _ in range(random.randint(1, 3))}), None]
    return {"bands": [{"from": low, "until": high, "value": quarter(random, 0, 100)} for low, high in pairwise(cuts)]}


def random_limit(random: Random, index: int, grades: list[str]) -> dict:
    effect = random.choice(("veto", "cap", "no_grade"))
    limit: dict = {"id": f"limit_{index}", "title": {"zh": "限制", "en": "Limit"}, "effect": effect}
    if effect != "no_grade":
        limit["grade"] = random.choice(grades)
    limit["item"] = random.choice(ITEMS[4:])
    if random.random() < 0.3:
        limit["severity"] = random.choice(SEVERITIES[1:])
    if random.random() < 0.3:
        limit[random.choice(MONTHS)] = random.choice((1, 12))
    return limit


def random_grades(random: Random) -> tuple[list[str], list[dict]]:
    cuts = sorted({Decimal(random.randrange(0, 130, 5)) for _ in range(random.randint(2, 4))}, reverse=True)
    ends = [None, *cuts, None]
    grades = [f"G{rank}" for rank in range(1, len(ends))]
    included = {cut: random.random() < 0.5 for cut in cuts}
    bands = [
        {
            "grade": grade,
            "city_grade": "ABCDE"[rank],
            "title": grade,
            "from": low,
            "from_included": low is not None and included[low],
            "until": high,
            "until_included": high is not None and not included[high],
        }
        for rank, (grade, high, low) in enumerate(zip(grades, ends, ends[1:], strict=False))
    ]
    return grades, bands


def random_day(random: Random, as_of: date) -> date:
    """Near the as-of date, or near a whole number of months before it."""
    day = add_months(as_of, -random.choice((0, 0, 1, 6, 12, 36)))
    if random.random() < 0.2:
        day = day.replace(day=1) - timedelta(days=1)
    return day + timedelta(days=random.choice((-30, -1, 0, 0, 1, 3)))


def maybe_day(random: Random, as_of: date, share: float) -> date | None:
    return as_of + timedelta(days=random.choice((-5, -1, 0, 1, 2, 60))) if random.random() < share else None


def random_subject(random: Random, index: int, as_of: date, first: int) -> list[Record]:
    key = random.choice((f"9150000000000{index:05d}", f"9150000000000{index:05d}", f"L:construction:{index}",
                         f"N:construction:企业{index}"))  # fmt: skip
    items = [item for item in POPULATIONS if random.random() < 0.85]
    items += [random.choice(ITEMS[4:]) for _ in range(random.choice((0, 0, 1, 2, 3)))]
    items += [random.choice(ITEMS[:4]) for _ in range(random.choice((0, 1, 2, 4, 9)))]
    return [random_record(random, f"r{first + n}", key, item, as_of) for n, item in enumerate(items)]


def random_record(random: Random, record_id: str, key: str, item: str, as_of: date) -> Record:
    population = item in POPULATIONS
    occurred = random_day(random, as_of)
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
        "effective_until": maybe_day(random, as_of, 0.2 if population else 0.6),
        "points_declared": quarter(random, -2, 30),
        "points_counted": random.choice((None, quarter(random, -2, 30), quarter(random, 0, 5))),
        "quantity": random.choice((Decimal(1), quarter(random, 0, 4))),
        "amount": random.choice((None, Decimal(random.randint(0, 9)), Decimal("0.01"), Decimal("123456.789"))),
        "repaired_on": None if population else maybe_day(random, as_of, 0.15),
        "withdrawn_on": maybe_day(random, as_of, 0.1),
        "summary": "随机记录",
        "known_from": KNOWLEDGE_AT - timedelta(seconds=random.choice((0, 60, 86400, 86400, 86400, -1))),
        "known_until": random.choice((None, None, None, None, KNOWLEDGE_AT, KNOWLEDGE_AT + timedelta(seconds=1))),
        "batch_id": 1,
        "row_number": 1,
    }
