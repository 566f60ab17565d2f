"""Grade a world, subject by subject, the slow and obvious way."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import prod

from tests.oracle.records import Record, counts_on, is_known, next_change, rule_for
from tests.oracle.rules import Leaf, Rulebook, number

Key = tuple[str, str, str]


@dataclass
class Graded:
    """What is due to one subject and facet under one rulebook."""

    version: str
    contributions: dict[str, tuple[str, Fraction | None, Fraction, Fraction]]
    evidence: dict[str, set[str]]
    unclamped: Fraction
    score: Fraction
    grade: str | None = None
    city_grade: str | None = None
    status: str = "by_score"
    limit_id: str | None = None
    gap: Fraction | None = None
    next_change_on: date | None = None


class Oracle:
    """All grades of one world on one date."""

    def __init__(self, rulebooks: list[Rulebook], records: list[Record], as_of: date, knowledge_at: datetime) -> None:
        self.rulebooks = rulebooks
        self.as_of = as_of
        self.books = {book.id: book for book in rulebooks if book.applies_on(as_of)}
        self.of_subject: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            if is_known(record, knowledge_at):
                self.of_subject[record["subject_key"]].append(record)
        self.results: dict[Key, Graded | None] = {}

    def grade_all(self) -> dict[Key, Graded]:
        for book in self.books.values():
            for subject, records in self.of_subject.items():
                for facet in {record["facet"] if book.per_facet else "" for record in records}:
                    self.result(book.id, subject, facet)
        return {key: graded for key, graded in self.results.items() if graded is not None}

    def result(self, rulebook_id: str, subject: str, facet: str) -> Graded | None:
        key = (rulebook_id, subject, facet)
        if key not in self.results:
            self.results[key] = self._result(*key)
        return self.results[key]

    def _result(self, rulebook_id: str, subject: str, facet: str) -> Graded | None:
        book = self.books.get(rulebook_id)
        if book is None or not self._is_member(book, subject, facet):
            return None
        records = [r for r in self.of_subject[subject] if not book.per_facet or r["facet"] in ("", facet)]
        contributions, evidence = {}, {}
        for leaf in book.leaves:
            factor = prod((weight / 100 for weight in leaf.weights), start=Fraction(1))
            status, raw, value, used = self._leaf(leaf, records, subject, facet)
            contributions[leaf.indicator_id] = (status, raw, value, value * factor)
            if used:
                evidence[leaf.indicator_id] = used
        limits = book.data["score"]
        unclamped = number(limits["start"]) + sum(line[3] for line in contributions.values())
        score = unclamped
        if "lowest" in limits:
            score = max(score, number(limits["lowest"]))
        if "highest" in limits:
            score = min(score, number(limits["highest"]))
        graded = Graded(book.version, contributions, evidence, unclamped, score)
        self._grade(book, graded, records)
        graded.next_change_on = self._next_change(book, subject, facet)
        return graded

    def _is_member(self, book: Rulebook, subject: str, facet: str) -> bool:
        kind = {"L:": "department_local", "N:": "name_only"}.get(subject[:2], "coded")
        population = book.data["population"]
        return kind in population["subject_kinds"] and any(
            record["catalogue_item_id"] == population["item"]
            and (not book.per_facet or record["facet"] == facet)
            and counts_on(record, self.as_of, {})
            for record in self.of_subject.get(subject, [])
        )

    def _leaf(
        self, leaf: Leaf, records: list[Record], subject: str, facet: str
    ) -> tuple[str, Fraction | None, Fraction, set[str]]:
        source = leaf.upstream()
        if source is not None:
            upstream = self.books.get(source)
            found = self.result(source, subject, facet if upstream.per_facet else "") if upstream else None
            if found is None:
                return "missing", None, number(leaf.body["rulebook_score"]["when_missing"]), set()
            return "hit", found.score, scaled(leaf.body, found.score), set()
        spec = leaf.body["records"]
        used = []
        for record in records:
            rule = rule_for(record, spec["items"])
            if rule is not None and counts_on(record, self.as_of, rule):
                used.append((record, rule))
        raw = aggregated(spec, used)
        value = number(spec["when_missing"]) if raw is None else scaled(leaf.body, raw)
        status = "missing" if raw is None else "hit" if used else "clean"
        return status, raw, value, {record["record_id"] for record, _ in used}

    def _grade(self, book: Rulebook, graded: Graded, records: list[Record]) -> None:
        bands = book.data["grades"]
        by_score = next(rank for rank, band in enumerate(bands) if holds(band, graded.score))
        names = [band["grade"] for band in bands]
        hits = []
        for limit in book.limits:
            if any(rule_for(record, [limit]) and counts_on(record, self.as_of, limit) for record in records):
                hits.append(limit)
        excused = sorted(limit["id"] for limit in hits if limit["effect"] == "no_grade")
        if excused:
            graded.status, graded.limit_id = "no_grade", excused[0]
            return
        # worst grade first, a veto before a cap, then by name
        hits.sort(key=lambda limit: (-names.index(limit["grade"]), limit["effect"] == "cap", limit["id"]))
        rank = by_score
        if hits:
            allowed = names.index(hits[0]["grade"])
            if allowed > by_score or (allowed == by_score and hits[0]["effect"] == "veto"):
                rank, graded.status, graded.limit_id = allowed, hits[0]["effect"], hits[0]["id"]
        graded.grade, graded.city_grade = names[rank], bands[rank]["city_grade"]
        if graded.status == "by_score" and rank > 0:
            graded.gap = number(bands[rank - 1]["from"]) - graded.score

    def _next_change(self, book: Rulebook, subject: str, facet: str) -> date | None:
        sources, waiting = {book.id}, [book.id]
        while waiting:
            reader = self.books.get(waiting.pop())
            for source in reader.upstreams() - sources if reader else ():
                sources.add(source)
                waiting.append(source)
        days = [
            end
            for other in self.rulebooks
            if other.id in sources
            for end in (other.begins, other.ends)
            if end is not None and end > self.as_of
        ]
        for source in sources & set(self.books):
            other = self.books[source]
            for rules in looks_at(other, with_limits=source == book.id):
                for record in self.of_subject[subject]:
                    rule = rule_for(record, rules)
                    if rule and (not other.per_facet or record["facet"] in ("", facet)):
                        days.append(next_change(record, self.as_of, rule))
        return min((day for day in days if day is not None), default=None)


def looks_at(book: Rulebook, *, with_limits: bool) -> list[list[dict]]:
    groups = [[{"item": book.data["population"]["item"]}]]
    groups += [leaf.body["records"]["items"] for leaf in book.leaves if "records" in leaf.body]
    return groups + ([[limit] for limit in book.limits] if with_limits else [])


def aggregated(spec: dict, used: list[tuple[Record, dict]]) -> Fraction | None:
    if spec["aggregate"] == "count":
        return Fraction(len(used))
    points = []
    for record, rule in used:
        own = (
            Fraction(record[spec["quantity"]]) if "quantity" in spec and record[spec["quantity"]] is not None else None
        )
        value = number(rule["points"]) if "points" in rule else own
        if value is not None:
            points.append((record["occurred_on"], record["known_from"], record["record_id"], value))
    if spec["aggregate"] == "sum":
        return sum((point[3] for point in points), start=Fraction(0))
    if not points:
        return None
    return max(point[3] for point in points) if spec["aggregate"] == "maximum" else max(points)[3]


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
    linear = scale["linear"]
    value = number(linear["intercept"]) + number(linear["slope"]) * raw
    if "lowest" in linear:
        value = max(value, number(linear["lowest"]))
    if "highest" in linear:
        value = min(value, number(linear["highest"]))
    return value


def holds(band: dict, score: Fraction) -> bool:
    lower, upper = number(band["from"]), number(band["until"])
    above = lower is None or score > lower or (score == lower and band["from_included"] == "true")
    below = upper is None or score < upper or (score == upper and band["until_included"] == "true")
    return above and below
