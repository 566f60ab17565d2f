"""Every single change of a world tried out by the oracle, one after the other: what the SQL must find at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

from tests.oracle.grading import Graded
from tests.oracle.records import Line, Record, begin, counts_on, line_for
from tests.oracle.rules import Rulebook
from tests.oracle.scorer import Oracle

Key = tuple[str, str, str]
LATEST = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Change:
    """What a change would give; `name` is the record that ends, or the kind of the record that is added."""

    name: str
    rank: int
    score: Fraction | None
    difference: Fraction


def rank_of(book: Rulebook, graded: Graded | None) -> int | None:
    """0 = best; None = no grade."""
    if graded is None or graded.grade is None:
        return None
    return [band["grade"] for band in book.grades].index(graded.grade)


def groups(oracle: Oracle, book: Rulebook) -> Iterator[tuple[dict, list[Line]]]:
    """Whatever looks at records for the grade: its limits, and the leaves of every rulebook that its score rests on."""
    for limit in book.limits:
        yield limit, book.limit_lines(limit)
    for one in closure(oracle, book):
        for leaf in one.leaves:
            spec = leaf.body.get("records", {})
            for side in ("items", "numerator"):
                if side in spec:
                    yield spec, one.lines(spec[side])


def closure(oracle: Oracle, book: Rulebook) -> list[Rulebook]:
    found, waiting = {book.id: book}, [book]
    while waiting:
        for name in waiting.pop().upstreams():
            if name in oracle.books and name not in found:
                found[name] = oracle.books[name]
                waiting.append(oracle.books[name])
    return list(found.values())


def ended(oracle: Oracle, key: Key) -> list[Change]:
    """Each record that counts, withdrawn as of today."""
    book, records = oracle.books[key[0]], oracle.of_subject[key[1]]
    changes = []
    for record in records:
        lines = (line_for(record, lines) for _, lines in groups(oracle, book))
        if any(line is not None and counts_on(record, oracle.as_of, line) for line in lines):
            others = [one for one in records if one is not record]
            changes += tried(oracle, key, record["record_id"], [*others, record | {"withdrawn_on": oracle.as_of}])
    return changes


def added(oracle: Oracle, key: Key) -> list[Change]:
    """One more record of each kind that some line names and of which some effect is known."""
    book, records = oracle.books[key[0]], oracle.of_subject[key[1]]
    levels = {one.data["crosswalk"]["item"] for one in oracle.books.values() if one.is_crosswalk}
    kinds: dict[tuple[str, str, str], bool] = {}
    for _, lines in groups(oracle, book):
        for line in lines:
            if line.item not in levels:
                kinds.setdefault((line.item, line.behaviour or "", line.severity or ""), False)
    for kind in kinds:
        record = imagined(oracle, key, kind)
        for spec, lines in groups(oracle, book):
            line = line_for(record, lines)
            if line is not None and counts_on(record, oracle.as_of, line):
                kinds[kind] |= is_known(spec, line)
    return [
        change
        for kind, known in kinds.items()
        if known
        for change in tried(oracle, key, "·".join(kind), [*records, imagined(oracle, key, kind)])
    ]


def imagined(oracle: Oracle, key: Key, kind: tuple[str, str, str]) -> Record:
    item, behaviour, severity = kind
    nothing = dict.fromkeys(
        ("effective_until", "repaired_on", "withdrawn_on", "points_declared", "points_counted", "quantity", "amount",
         "case_id", "known_until")
    )  # fmt: skip
    return nothing | {
        "record_id": "imagined", "subject_key": key[1], "facet": "", "catalogue_item_id": item,
        "behaviour_code": behaviour, "severity": severity, "occurred_on": oracle.as_of,
        "effective_from": oracle.as_of, "known_from": LATEST,
    }  # fmt: skip


def is_known(spec: dict, line: Line) -> bool:
    if line.points is not None or spec.get("aggregate") == "count":
        return True
    if "aggregate" in spec:
        return spec["aggregate"] == "ratio" and "quantity" not in spec
    return "count_at_least" in spec or not {"total_at_least", "single_at_least"} & set(spec)


def tried(oracle: Oracle, key: Key, name: str, records: list[Record]) -> list[Change]:
    """The change, if there is a grade after it."""
    book = oracle.books[key[0]]
    other = Oracle(oracle.rulebooks, [], oracle.as_of, LATEST)
    other.of_subject[key[1]] = records
    before, after = oracle.result(*key), other.result(*key)
    rank = rank_of(book, after)
    if rank is None:
        return []
    known = before.score is not None and after.score is not None
    return [Change(name, rank, after.score, abs(after.score - before.score) if known else Fraction(0))]


def begins_a_lasting_limit_today(oracle: Oracle, key: Key) -> bool:
    """Such a limit may end with the record on its very first day; the SQL takes it to hold."""
    book = oracle.books[key[0]]
    for limit in book.limits:
        if "lasts_months" in limit:
            for record in oracle.seen(book, *key[1:]):
                line = line_for(record, book.limit_lines(limit))
                if line is not None and begin(record, line) == oracle.as_of:
                    return True
    return False
