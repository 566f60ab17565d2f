"""A city of sixty firms with facts by hand, graded by the project's own rulebooks, and drafts of one of them."""

from datetime import UTC, date, datetime
from pathlib import Path

import psycopg

from credit_grading import paths
from tests.oracle.facts import fact
from tests.oracle.records import Record
from tests.oracle.rules import Rulebook, read_rulebooks
from tests.oracle.warehouse import evaluate

AS_OF = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
CURRENT = "public_credit@2026-01.yml"
DRAFT = "public_credit@2026-99.yml"
FIRMS = 60
# one change each: what a reader of the draft would notice
WEIGHTS = (("    weight: 15\n    records: {aggregate: count, items: [{item: honour}]}",
            "    weight: 5\n    records: {aggregate: count, items: [{item: honour}]}"),
           ("    weight: 10\n    records", "    weight: 20\n    records"))  # fmt: skip
CUT_OFF = (("from: 90, from_included: true, until: null", "from: 94, from_included: true, until: null"),
           ("from: 80, from_included: true, until: 90", "from: 80, from_included: true, until: 94"))  # fmt: skip
LIMIT = (("limits:\n", "limits:\n  - {id: bad_bidder, title: {zh: 不良行为, en: Bad bidder}, effect: cap, grade: D,"
          " item: bidding_bad_behaviour, legal_basis: 本项目假设}\n"),)  # fmt: skip
# the best grade for full points only, the others out of everybody's reach
ENDS = (("from: 90, from_included: true, until: null", "from: 100, from_included: true, until: null"),
        ("from: 80, from_included: true, until: 90", "from: 15, from_included: true, until: 100"),
        ("from: 70, from_included: true, until: 80", "from: 13, from_included: true, until: 15"),
        ("from: 60, from_included: true, until: 70", "from: 11, from_included: true, until: 13"),
        ("from: null, from_included: false, until: 60", "from: null, from_included: false, until: 11"))  # fmt: skip
# more lines than are listed differ, the best score is held down, and one grade is another one of the city
MANY = (("            weight: 50\n            records: {aggregate: count, items: [{item: administrative_penalty, l",
         "            weight: 40\n            records: {aggregate: count, items: [{item: administrative_penalty, l"),
        ("            weight: 20\n            records: {aggregate: sum",
         "            weight: 30\n            records: {aggregate: sum"),
        ("highest: 100}", "highest: 96}"), ("grade: B, city_grade: B", "grade: B, city_grade: C"))  # fmt: skip
POPULATION = (("subject_kinds: [coded], item: market_entity_registered", "subject_kinds: [coded], item: honour"),)


def records() -> list[Record]:
    """Every combination of few and many penalties, honours, bad behaviour; some firms listed, every other one bids."""
    facts = []
    for number in range(FIRMS):
        key = f"91500000MA5U{number:06d}"
        facts.append(fact(key, "market_entity_registered"))
        facts += [fact(key, "administrative_penalty", on="2026-01-31", amount=3000) for _ in range(number % 5)]
        facts += [fact(key, "honour", on="2026-02-01") for _ in range(number % 4)]
        if number % 3 == 0:
            facts.append(fact(key, "bidding_bad_behaviour", on="2026-05-01", points=number % 7))
        if number % 17 == 0:
            facts.append(fact(key, "serious_dishonesty", on="2026-06-01"))
        if number % 2 == 0:
            facts.append(fact(key, "bidding_participant"))
    return facts


def build(connection: psycopg.Connection, facts: list[Record]) -> int:
    """Grade the city; returns the run, whose results the tables then hold."""
    return evaluate(connection, paths.rulebooks(), facts, AS_OF, NOW)


def draft(folder: Path, *changes: tuple[str, str]) -> Path:
    """The current rules with some texts replaced, as a draft in `folder`."""
    text = (paths.rulebooks() / CURRENT).read_text(encoding="utf-8")
    for old, new in (('version: "2026-01"', 'version: "2026-99"'), *changes):
        assert old in text, f"{old} is not in {CURRENT}"
        text = text.replace(old, new, 1)
    folder.mkdir(exist_ok=True)
    file = folder / DRAFT
    file.write_text(text, encoding="utf-8")
    return file


def books(file: Path | None = None) -> list[Rulebook]:
    """The rulebooks in force, or with the draft in the place of the current public credit rules."""
    in_force = [book for book in read_rulebooks(paths.rulebooks()) if book.applies_on(AS_OF)]
    if file is None:
        return in_force
    tried = Rulebook(file.read_text(encoding="utf-8"))
    return [tried if book.id == tried.id else book for book in in_force]
