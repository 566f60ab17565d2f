"""Grade a world, subject by subject, the slow and obvious way."""

from collections import defaultdict
from datetime import date, datetime
from fractions import Fraction

from tests.oracle.grading import Graded, clamped, decide
from tests.oracle.limits import holds
from tests.oracle.records import Line, Record, add_months, counts_on, days_of_change, is_known, line_for, number_on
from tests.oracle.rules import Node, Rulebook, number
from tests.oracle.tree import LeafResult, Tree
from tests.oracle.values import Counted, chosen_per_case, mean, newest_last, raw_value, scaled, weight

Key = tuple[str, str, str]
KINDS = {
    "O:": "organisation_code", "R:": "registration_number", "L:": "department_local", "N:": "name_only", "P:": "person",
}  # fmt: skip


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
            for subject in self.of_subject:
                for facet in self.facets(book, subject):
                    graded = self.result(book.id, subject, facet)
                    if graded is not None:
                        graded.next_change_on = self.next_change(book, graded, subject, facet)
        return {key: graded for key, graded in self.results.items() if graded is not None}

    def facets(self, book: Rulebook, subject: str) -> list[str]:
        if not book.per_facet:
            return [""]
        return sorted({record["facet"] for record in self.of_subject.get(subject, [])})

    def result(self, rulebook_id: str, subject: str, facet: str) -> Graded | None:
        key = (rulebook_id, subject, facet)
        if key not in self.results:
            self.results[key] = self._result(*key)
        return self.results[key]

    def _result(self, rulebook_id: str, subject: str, facet: str) -> Graded | None:
        book = self.books.get(rulebook_id)
        if book is None or not self.population(book, subject, facet):
            return None
        records = self.seen(book, subject, facet)
        graded = Graded(book.version)
        level, too_little_known = None, False
        if book.is_crosswalk:
            level = self._level(book, graded, records)
        else:
            tree = Tree(book.roots, {leaf.indicator_id: self._leaf(book, leaf, records, subject, facet)
                                     for leaf in book.leaves})  # fmt: skip
            graded.unclamped = number(book.data["score"]["start"]) + tree.total()
            graded.score = clamped(book, graded.unclamped)
            graded.lines, graded.rounded_groups = tree.results, tree.rounded_groups
            graded.share_known = known, applies = tree.share_known()
            least = number(book.data.get("availability", {}).get("minimum_percent", "0"))
            too_little_known = tree.nothing_known or known * 100 < least * applies
        states = [(limit, *holds(limit, book.limit_lines(limit), records, self.as_of)) for limit in book.limits]
        decide(book, graded, [limit for limit, hit, _ in states if hit], level, too_little_known=too_little_known)
        graded.limits_end = {end for _, _, end in states if end is not None}
        return graded

    def next_change(self, book: Rulebook, graded: Graded, subject: str, facet: str) -> date | None:
        days = self._days(book, subject, facet, set(), with_limits=True) | graded.limits_end
        return min((day for day in days if day > self.as_of), default=None)

    def seen(self, book: Rulebook, subject: str, facet: str) -> list[Record]:
        """A record without a facet counts in all of them."""
        return [one for one in self.of_subject.get(subject, []) if not book.per_facet or one["facet"] in ("", facet)]

    def population(self, book: Rulebook, subject: str, facet: str) -> list[Record]:
        """The active records that make the subject, or its facet, a member."""
        if KINDS.get(subject[:2], "coded") not in book.data["population"]["subject_kinds"]:
            return []
        return [
            record
            for record in self.of_subject.get(subject, [])
            if book.population_line.fits(record)
            and (not book.per_facet or record["facet"] == facet)
            and counts_on(record, self.as_of, book.population_line)
        ]

    def active(self, records: list[Record], lines: list[Line]) -> list[tuple[Record, Line]]:
        followed = [(record, line_for(record, lines)) for record in records]
        return [(record, line) for record, line in followed if line and counts_on(record, self.as_of, line)]

    def counted(self, book: Rulebook, leaf: Node, records: list[Record]) -> list[Counted]:
        """The records that count for a leaf, of each award only one."""
        spec, counted = leaf.body["records"], []
        for side in ("items", "numerator"):
            found = [
                Counted(record, number_on(record, self.as_of, line, spec.get("quantity")), side == "numerator")
                for record, line in self.active(records, book.lines(spec.get(side, [])))
            ]
            counted += chosen_per_case(found) if spec.get("once_per_case") == "true" else found
        return counted

    def _leaf(self, book: Rulebook, leaf: Node, records: list[Record], subject: str, facet: str) -> LeafResult:
        body = leaf.body
        if "applicable" in body and not self.active(records, book.lines(body["applicable"]["items"])):
            return LeafResult("not_applicable", None, number(body["applicable"].get("otherwise")))
        exempting = self.active(records, book.lines(body.get("exempt", {}).get("items", [])))
        if exempting:
            evidence = {(record["record_id"], None) for record, _ in exempting}
            return LeafResult("exempt", None, number(body["exempt"].get("value")), evidence)
        if leaf.upstream:
            raw = self._upstream_score(book, leaf, subject, facet)
            return known_or_missing("hit", raw, body, body["rulebook_score"], set())
        counted = self.counted(book, leaf, records)
        evidence = {(one.record["record_id"], one.number) for one in counted}
        stale_on = stale_day(body, counted)
        if stale_on is not None and stale_on <= self.as_of:
            return LeafResult("stale", None, number(body["stale"].get("value")), evidence)
        raw = raw_value(body["records"], counted)
        return known_or_missing("hit" if counted else "clean", raw, body, body["records"], evidence)

    def _upstream_score(self, book: Rulebook, leaf: Node, subject: str, facet: str) -> Fraction | None:
        upstream = self.books.get(leaf.upstream)
        if upstream is None:
            return None
        if book.per_facet or not upstream.per_facet:
            found = self.result(upstream.id, subject, facet if upstream.per_facet else "")
            return found.score if found else None
        how, pairs = leaf.body["rulebook_score"]["facets"], []
        for one in self.facets(upstream, subject):
            found = self.result(upstream.id, subject, one)
            if found is not None and found.score is not None:
                weights = [weight(record, how.get("weighted_by")) for record in self.population(upstream, subject, one)]
                pairs.append((found.score, sum(weights) if "weighted_by" in how else Fraction(1)))
        if how["aggregate"] == "mean":
            return mean(pairs)
        scores = [score for score, _ in pairs]
        return (max if how["aggregate"] == "maximum" else min)(scores, default=None)

    def _level(self, book: Rulebook, graded: Graded, records: list[Record]) -> str | None:
        """The level given elsewhere, by the newest record."""
        given = self.active(records, [book.line(book.data["crosswalk"])])
        if not given:
            return None
        level = max((record for record, _ in given), key=newest_last)["behaviour_code"]
        graded.score = next((number(band.get("score")) for band in book.grades if band["level"] == level), None)
        graded.unclamped = graded.score
        return level

    def _days(
        self, book: Rulebook, subject: str, facet: str | None, visited: set, *, with_limits: bool = False
    ) -> set[date]:
        """Days on which a known record, a state, or a version begins or ends, here or in what is read.

        A facet of None means all of them.
        """
        if (book.id, facet) in visited:
            return set()
        visited.add((book.id, facet))
        days = version_days(self.rulebooks, book.id)
        everything = self.of_subject.get(subject, [])
        # in a rulebook per facet, a facet that is not graded waits for nothing but its own population records
        graded = [
            one
            for one in (self.facets(book, subject) if facet is None else [facet])
            if not book.per_facet or self.population(book, subject, one)
        ]
        records = [one for one in everything if any(one in self.seen(book, subject, each) for each in graded)]
        members = [one for one in everything if facet is None or not book.per_facet or one["facet"] == facet]
        groups = [(members, [book.population_line])]
        groups += [(records, lines) for lines in book.looks_at(with_limits=with_limits)]
        for looked_at, lines in groups:
            for record in looked_at:
                line = line_for(record, lines)
                if line is not None:
                    days |= days_of_change(record, line)
        for one in graded:
            for leaf in book.leaves:
                if "stale" in leaf.body:
                    day = stale_day(leaf.body, self.counted(book, leaf, self.seen(book, subject, one)))
                    days |= {day} if day else set()
        for source in book.upstreams():
            upstream = self.books.get(source)
            if upstream is None:
                days |= version_days(self.rulebooks, source)
            else:
                read = "" if not upstream.per_facet else facet if book.per_facet else None
                days |= self._days(upstream, subject, read, visited)
        return days


def known_or_missing(status: str, raw: Fraction | None, body: dict, source: dict, evidence: set) -> LeafResult:
    if raw is None:
        return LeafResult("missing", None, number(source.get("when_missing")), evidence)
    return LeafResult(status, raw, scaled(body, raw), evidence)


def version_days(rulebooks: list[Rulebook], rulebook_id: str) -> set[date]:
    versions = [book for book in rulebooks if book.id == rulebook_id]
    return {day for book in versions for day in (book.begins, book.ends) if day is not None}


def stale_day(body: dict, counted: list[Counted]) -> date | None:
    """The day on which the newest of the records goes stale; of a ratio those below the line."""
    days = [one.record["occurred_on"] for one in counted if not one.above]
    return add_months(max(days), int(body["stale"]["after_months"])) if "stale" in body and days else None
