"""The oracle says what docs/rulebooks.md says, on cases that a hand can work out."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
import yaml

from tests.oracle.facts import fact
from tests.oracle.grading import Graded
from tests.oracle.records import Record
from tests.oracle.rules import Rulebook
from tests.oracle.scorer import Oracle

FIRM = "91500000MA5U000001"
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
ONE_BAND = [{"grade": "A", "city_grade": "A", "title": "A", "from": None, "from_included": False, "until": None,
             "until_included": False}]  # fmt: skip


def book(*leaves: dict, **changes: object) -> Rulebook:
    """A rulebook of these leaves; a leaf without a weight counts in full."""
    indicators = [{"id": f"leaf{n}", "title": {}} | leaf for n, leaf in enumerate(leaves)]
    data = {
        "id": "book", "version": "1", "in_force": {"from": "2020-01-01", "until": None}, "cycle": "daily",
        "population": {"subject_kinds": ["coded"], "item": "firm", "per_facet": False}, "score": {"start": 0},
        "indicators": indicators, "grades": ONE_BAND,
    } | changes  # fmt: skip
    return Rulebook(yaml.dump({key: value for key, value in data.items() if value is not None}, sort_keys=False))


def records(aggregate: str, items: list[dict], **more: object) -> dict:
    return {"records": {"aggregate": aggregate, "items": items, "quantity": "points_counted"} | more}


def bad(on: str, points: object = None, **more: object) -> Record:
    return fact(FIRM, "bad", on=on, **({} if points is None else {"points": points}), **more)


def grade(books: Rulebook | list[Rulebook], facts: list[Record], as_of: str = "2026-11-24", facet: str = "") -> Graded:
    """The grade of the firm under the rulebook called `book`; it is registered."""
    books = [books] if isinstance(books, Rulebook) else books
    oracle = Oracle(books, [fact(FIRM, "firm"), *facts], date.fromisoformat(as_of), NOW)
    graded = oracle.grade_all().get(("book", FIRM, facet))
    assert graded is not None
    return graded


def score(books: Rulebook | list[Rulebook], facts: list[Record], as_of: str = "2026-11-24") -> Fraction | None:
    return grade(books, facts, as_of).score


SIX = [bad("2026-01-01", 4, amount=1), bad("2026-02-01", 7, amount=3), bad("2026-02-01", "-1"), bad("2026-03-01")]


@pytest.mark.parametrize(
    ("aggregate", "more", "expected"),
    [
        ("count", {}, "4"),
        ("sum", {}, "10"),
        ("maximum", {}, "7"),
        ("minimum", {}, "-1"),
        # of two of one day the later id
        ("latest", {}, "-1"),
        ("mean", {}, "3.33333333333333333333"),
        # (4 × 1 + 7 × 3) / 4
        ("mean", {"weighted_by": "amount"}, "6.25"),
        ("ratio", {"numerator": [{"item": "bad", "severity": "none"}]}, "0"),
    ],
)
def test_aggregates(aggregate: str, more: dict, expected: str) -> None:
    assert score(book(records(aggregate, [{"item": "bad"}], **more)), SIX) == Fraction(expected)


def test_quotients_are_rounded_half_away_from_zero() -> None:
    leaf = records("mean", [{"item": "bad"}], when_missing=0)
    assert score(book(leaf), [bad("2026-01-01", "-2"), bad("2026-01-01", 0), bad("2026-01-01", 0)]) == Fraction(
        "-0.66666666666666666667"
    )
    halves = [bad("2026-01-01", "0.00000000000000000001"), bad("2026-01-01", 0)]
    assert score(book(leaf), halves) == Fraction("0.00000000000000000001")


def test_a_ratio_of_contracts_kept_on_time() -> None:
    share = {"records": {"aggregate": "ratio", "when_missing": 80, "items": [{"item": "contract"}],
                         "numerator": [{"item": "contract", "behaviour": "on_time"}]}}  # fmt: skip
    contracts = [fact(FIRM, "contract", behaviour=kind) for kind in ("on_time", "late", "late")]
    assert score(book(share), contracts) == Fraction("0.33333333333333333333")
    missing = grade(book(share), []).lines["leaf0"]
    assert (missing.status, missing.value) == ("missing", 80)


def test_a_weighted_mean_without_any_weight_is_missing() -> None:
    leaf = records("mean", [{"item": "bad"}], weighted_by="amount", when_missing=60)
    assert grade(book(leaf), [bad("2026-01-01", 5)]).lines["leaf0"].status == "missing"


@pytest.mark.parametrize(
    ("line", "occurred", "last_day", "over"),
    [
        ({"validity_months": 1}, "2026-01-31", "2026-02-27", "2026-02-28"),
        ({"longest_months": 12}, "2024-02-29", "2025-02-27", "2025-02-28"),
        ({"until_cycle_end": True}, "2026-02-28", "2026-02-28", "2026-03-01"),
        ({"until_cycle_end": True}, "2025-03-01", "2026-02-28", "2026-03-01"),
    ],
)
def test_how_long_a_record_counts(line: dict, occurred: str, last_day: str, over: str) -> None:
    rule = book(records("sum", [{"item": "bad"} | line]), cycle={"evaluated": "daily", "year_begins": "03-01"})
    facts = [bad(occurred, 6)]
    assert score(rule, facts, last_day) == 6
    assert score(rule, facts, over) == 0
    assert grade(rule, facts, last_day).next_change_on == date.fromisoformat(over)


def test_points_fade_on_the_very_day() -> None:
    decay = [{"from_months": 12, "percent": 50}, {"from_months": 24, "percent": 0}]
    rule = book(records("sum", [{"item": "bad", "decay": decay}]))
    facts = [bad("2025-11-24", 10)]
    assert [score(rule, facts, day) for day in ("2026-11-23", "2026-11-24", "2027-11-23", "2027-11-24")] == [
        10, 5, 5, 0,
    ]  # fmt: skip
    assert grade(rule, facts, "2026-11-24").next_change_on == date(2027, 11, 24)
    assert grade(rule, facts, "2027-11-24").lines["leaf0"].status == "hit"


@pytest.mark.parametrize(
    ("repaired", "amount", "left"),
    [
        ("2026-01-13", 3000, "0"),
        ("2026-01-14", 2000, "0"),
        ("2026-01-14", "2000.01", "1"),
        ("2026-01-14", None, "1"),
        ("2026-02-09", 3000, "1"),
        ("2026-02-10", 2000, "2"),
        ("2026-04-11", 2000, "3"),
    ],
)
def test_a_quick_repair_gives_points_back(repaired: str, amount: object, left: str) -> None:
    steps = [
        {"within_days": 3, "returned_percent": 100},
        {"within_days": 30, "amount_at_most": 2000, "returned_percent": 100},
        {"within_days": 30, "returned_percent": 80},
        {"within_days": 90, "returned_percent": 60},
        {"returned_percent": 40},
    ]
    rule = book(records("sum", [{"item": "bad", "points": 5, "repair": steps}]))
    facts = [bad("2026-01-10", repaired=repaired, amount=amount)]
    assert score(rule, facts, repaired) == Fraction(left)
    before = date.fromisoformat(repaired).replace(day=1).isoformat() if repaired > "2026-02" else "2026-01-12"
    assert score(rule, facts, before) == 5
    assert grade(rule, facts, before).next_change_on == date.fromisoformat(repaired)


def test_a_repair_within_calendar_years() -> None:
    steps = [
        {"within_calendar_years": 0, "returned_percent": 100},
        {"within_calendar_years": 1, "returned_percent": 50},
    ]
    rule = book(records("sum", [{"item": "bad", "points": 8, "repair": steps}]))
    for repaired, left in (("2024-12-31", 0), ("2025-01-01", 4), ("2025-12-31", 4), ("2026-01-01", 8)):
        assert score(rule, [bad("2024-12-30", repaired=repaired)]) == left
    assert score(book(records("sum", [{"item": "bad", "points": 8}])), [bad("2024-12-30", repaired="2024-12-31")]) == 0


def test_of_one_award_only_the_best_counts() -> None:
    rule = book(records("sum", [{"item": "bad"}], once_per_case=True))
    facts = [bad("2026-01-01", 3, case="a"), bad("2026-01-02", 5, case="a"), bad("2026-01-02", 5, case="a")]
    graded = grade(rule, [*facts, bad("2026-01-01", 1), bad("2026-01-01", 1), bad("2026-01-01", 9, case="b")])
    assert graded.score == 5 + 1 + 1 + 9
    assert facts[1]["record_id"] in {record for record, _ in graded.lines["leaf0"].evidence}


def test_a_record_follows_the_line_that_says_most() -> None:
    rule = book(records("sum", [{"item": "bad", "points": 1}, {"item": "bad", "severity": "serious", "points": 2},
                                {"item": "bad", "behaviour": "b", "points": 4}]))  # fmt: skip
    assert score(rule, [bad("2026-01-01", severity="serious", behaviour="b")]) == 4
    assert score(rule, [bad("2026-01-01", severity="serious")]) == 2
    assert score(rule, [bad("2026-01-01", behaviour="c")]) == 1


@pytest.mark.parametrize(
    ("raw", "value"), [("-1", "0"), ("0", "0"), ("1", "5"), ("19", "95"), ("20", "100"), ("21", "100")]
)
def test_goalposts(raw: str, value: str) -> None:
    leaf = records("maximum", [{"item": "bad"}], when_missing=0)
    up = leaf | {"scale": {"goalposts": {"worst": 0, "best": 20}}}
    down = leaf | {"scale": {"goalposts": {"worst": 20, "best": 0}}}
    assert score(book(up), [bad("2026-01-01", raw)]) == Fraction(value)
    assert score(book(down), [bad("2026-01-01", raw)]) == 100 - Fraction(value)


def test_not_applicable_before_exempt_before_stale() -> None:
    leaf = records("latest", [{"item": "bad"}], when_missing=60) | {
        "stale": {"after_months": 24, "value": 59},
        "exempt": {"items": [{"item": "exemption"}], "value": 100},
        "applicable": {"items": [{"item": "licence"}], "otherwise": 99},
    }
    licence, exemption = fact(FIRM, "licence"), fact(FIRM, "exemption")
    old, new = bad("2024-11-24", 5), bad("2024-11-25", 7)

    def line(*facts: Record) -> tuple:
        found = grade(book(leaf), list(facts)).lines["leaf0"]
        return found.status, found.raw, found.value

    assert line(exemption, old) == ("not_applicable", None, 99)
    assert line(licence, exemption, old) == ("exempt", None, 100)
    assert line(licence, old) == ("stale", None, 59)
    assert line(licence, old, new) == ("hit", 7, 7)
    assert line(licence) == ("missing", None, 60)
    assert grade(book(leaf), [licence, new]).next_change_on == date(2026, 11, 25)


def test_a_count_of_nothing_is_clean() -> None:
    scale = {"scale": {"linear": {"intercept": 100, "slope": -5}}}
    line = grade(book({"records": {"aggregate": "count", "items": [{"item": "bad"}]}} | scale), []).lines["leaf0"]
    assert (line.status, line.value, line.contribution) == ("clean", 100, 100)
