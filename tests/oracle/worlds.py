"""Random worlds: rulebooks and records, dense in the places where graders go wrong.

Points, weights and cut-offs lie on a coarse grid, so that scores fall exactly on cut-offs; dates lie around the
as-of date, month ends and whole months before it, so that validity ends on that very day.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random

from tests.oracle.grading import Graded
from tests.oracle.random_grades import (
    add_conditions,
    crosswalk_grades,
    cut,
    one_grade,
    random_availability,
    random_limit,
    random_scenarios,
)
from tests.oracle.random_indicators import Reading, Trees
from tests.oracle.random_lines import validity
from tests.oracle.random_records import ITEMS, KNOWLEDGE_AT, POPULATIONS, Record, random_key, random_subject
from tests.oracle.rules import Rulebook
from tests.oracle.scorer import Oracle
from tests.oracle.world_texts import quarter, to_yaml

DAYS = (
    date(2024, 2, 29), date(2025, 2, 28), date(2025, 7, 30), date(2025, 7, 31), date(2026, 1, 1),
    date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 11, 24),
)  # fmt: skip
YEAR_BEGINS = ("03-01", "01-01", "02-28", "07-28")


@dataclass
class World:
    """Rulebooks, records, and the two dates of a run."""

    books: list[dict]
    records: list[Record]
    as_of: date
    knowledge_at: datetime = KNOWLEDGE_AT

    @cached_property
    def rulebooks(self) -> dict[str, str]:
        """YAML by file name."""
        return {f"{book['id']}@{book['version']}.yml": to_yaml(book) for book in self.books}


def random_world(seed: int, subjects: int = 150) -> World:
    """A world of its own for each seed."""
    random = Random(seed)
    as_of = random.choice(DAYS)
    records: list[Record] = []
    for index in range(subjects):
        records += random_subject(random, random_key(random, index), as_of, len(records))
    books = random_rulebooks(random, as_of)
    for book in books:
        finish(random, book, books, records, as_of)
    return World(books, records, as_of)


def random_rulebooks(random: Random, as_of: date) -> list[dict]:
    """Seven rulebooks in chains of up to four stages; some end, begin or change version at the as-of date."""
    facets = {name: random.random() < 0.4 for name in "abcdefg"}
    reads = {"a": "", "b": "", "g": "", "c": "ag", "d": "bc", "e": "bdg", "f": "ae"}
    books = []
    for name, sources in reads.items():
        readings = [reading(one, facets[name], facets[one]) for one in sources if random.random() < 0.9]
        make = random_crosswalk if name == "g" else random_rulebook
        book = make(random, f"random_{name}", readings, facets[name])
        begins = as_of - timedelta(days=random.choice((0, 1, 400)))
        ends = random.choice((None, as_of + timedelta(days=1), as_of + timedelta(days=40)))
        if random.random() < 0.07:
            # not yet: whoever reads it finds nothing
            begins, ends = as_of + timedelta(days=1), None
        books.append(book | {"in_force": {"from": begins, "until": ends}})
        if random.random() < 0.3:
            earlier = make(random, book["id"], readings, facets[name])
            span = {"from": begins - timedelta(days=9), "until": begins}
            books.append(earlier | {"version": "0", "in_force": span})
        if ends and random.random() < 0.5:
            later = make(random, book["id"], readings, facets[name])
            books.append(later | {"version": "2", "in_force": {"from": ends, "until": None}})
    return books


def reading(source: str, per_facet: bool, source_per_facet: bool) -> Reading:
    return Reading(f"random_{source}", over_facets=source_per_facet and not per_facet)


def header(random: Random, name: str, per_facet: bool) -> dict:
    kinds = ["coded", "department_local", "name_only", "person"]
    with_year = {"evaluated": "daily", "year_begins": random.choice(YEAR_BEGINS)}
    return {
        "id": name,
        "version": "1",
        "title": {"zh": "随机模型", "en": "Random rulebook"},
        "authority": {"zh": "随机"},
        "legal_basis": [{"document": "随机"}],
        "in_force": {},
        "cycle": with_year if random.random() < 0.6 else "daily",
        "population": {
            "subject_kinds": random.sample(kinds, random.randint(2, 4)),
            "item": random.choice(POPULATIONS),
            "per_facet": per_facet,
        },
    }


def random_rulebook(random: Random, name: str, readings: list[Reading], per_facet: bool) -> dict:
    """A scored rulebook; what depends on the scores of the world comes later."""
    book = header(random, name, per_facet)
    score: dict = {"start": quarter(random, -40, 60)}
    if random.random() < 0.5:
        score |= {"lowest": quarter(random, 0, 20), "highest": quarter(random, 80, 100)}
    trees = Trees(random, has_year=isinstance(book["cycle"], dict))
    return book | {"score": score, "indicators": trees.tree(readings), "grades": one_grade()}


def random_crosswalk(random: Random, name: str, _: list[Reading], per_facet: bool) -> dict:
    book = header(random, name, per_facet)
    crosswalk = {"item": random.choice(ITEMS[:4])} | validity(random, has_year=isinstance(book["cycle"], dict))
    return book | {"crosswalk": crosswalk, "grades": crosswalk_grades(random)}


def finish(random: Random, book: dict, books: list[dict], records: list[Record], as_of: date) -> None:
    """Grades, limits and conditions, at the scores that this version gives in this world."""
    oracle, graded = alone(book, books, records, as_of)
    if "crosswalk" not in book:
        book["grades"] = cut(random, graded)
        add_conditions(random, book["grades"], graded)
        if random.random() < 0.4 and (availability := random_availability(random, graded)):
            book["availability"] = availability
    subjects = list(oracle.of_subject.values())
    book["limits"] = [random_limit(random, n, book, subjects, as_of) for n in range(random.randint(1, 3))]
    book["measures"] = {grade["grade"]: [{"zh": "措施", "en": "Measure"}] for grade in book["grades"]}
    if random.random() < 0.3:
        book["scenarios"] = random_scenarios(random, book["grades"])


def alone(book: dict, books: list[dict], records: list[Record], as_of: date) -> tuple[Oracle, list[Graded]]:
    """What one version would give, were it in force, with the first version of all others."""
    chosen = [one for one in books if one["version"] == "1" and one["id"] != book["id"]] + [book]
    always = {"in_force": {"from": date(1900, 1, 1), "until": None}}
    oracle = Oracle([Rulebook(to_yaml(one | always)) for one in chosen], records, as_of, KNOWLEDGE_AT)
    graded = [
        oracle.result(book["id"], subject, facet)
        for subject in list(oracle.of_subject)
        for facet in oracle.facets(oracle.books[book["id"]], subject)
    ]
    return oracle, [one for one in graded if one is not None]
