"""The oracle on trees, grades, limits and rulebooks that read each other, worked out by hand."""

from datetime import date
from fractions import Fraction

import pytest

from tests.oracle.facts import fact
from tests.oracle.records import Record
from tests.oracle.rules import Rulebook
from tests.sql.test_oracle_itself import FIRM, ONE_BAND, bad, book, grade, records, score

COUNT_BAD = {"records": {"aggregate": "count", "items": [{"item": "bad"}]}}


def bands(*cuts: object, **first: object) -> list[dict]:
    """Grades A, B, C … cut at these scores, each bound belonging to the better grade."""
    ends = [None, *cuts, None]
    grades = [
        {"grade": name, "city_grade": name, "title": name, "from": low, "from_included": low is not None,
         "until": high, "until_included": False}
        for name, high, low in zip("ABCDE", ends, ends[1:], strict=False)
    ]  # fmt: skip
    grades[0] |= first
    return grades


def group(*children: dict, **keys: object) -> dict:
    named = [{"id": f"part{n}", "title": {}} | child for n, child in enumerate(children)]
    return {"id": "group", "title": {}, "indicators": named} | keys


def part(item: str, weight: object, **more: object) -> dict:
    return {"weight": weight, **records("maximum", [{"item": item}], **more)}


HIGHWAY = group(part("bid", 20), part("performance", 80), redistribute=True)


@pytest.mark.parametrize(
    ("bid", "performance", "expected"), [(90, None, "90"), (None, 70, "70"), (90, 70, "74"), (None, None, "0")]
)
def test_weights_of_what_is_missing_are_redistributed(bid: object, performance: object, expected: str) -> None:
    facts = [fact(FIRM, "bid", points=bid)] if bid else []
    facts += [fact(FIRM, "performance", points=performance)] if performance else []
    graded = grade(book(HIGHWAY), facts)
    assert graded.score == Fraction(expected)
    assert graded.status == ("by_score" if facts else "insufficient_data")


def test_a_redistributed_total_is_rounded_as_a_whole() -> None:
    thirds = group(part("a", 30), part("b", 30), part("c", 40), redistribute=True, weight=50)
    other = {"id": "other", "title": {}, "weight": 50, **COUNT_BAD}
    graded = grade(book(thirds, other), [fact(FIRM, "a", points=1), fact(FIRM, "c", points=2)])
    # (30 + 80) / 70 to the 20th decimal, then half of it
    assert graded.score == Fraction("1.57142857142857142857") / 2
    assert graded.lines["part0"].contribution == Fraction(30, 70) / 2
    assert graded.lines["part1"].value is None


def test_a_group_is_left_out_only_with_all_its_leaves() -> None:
    inner = group(part("a", 50), part("b", 50), weight=60) | {"id": "inner"}
    outer = group(inner, part("c", 40), redistribute=True)
    outer["indicators"][1]["id"] = "c"
    assert score(book(outer), [fact(FIRM, "c", points=10)]) == 10
    # beside what is known, what is left out of a group adds nothing: 0.6 × (0.5 × 80) + 0.4 × 10
    assert score(book(outer), [fact(FIRM, "c", points=10), fact(FIRM, "a", points=80)]) == 28


@pytest.mark.parametrize(
    ("known", "status"), [(["a", "b"], "by_score"), (["a"], "by_score"), (["b"], "insufficient_data")]
)
def test_availability(known: list[str], status: str) -> None:
    leaves = [part("a", 60, when_missing=0), part("b", 40, when_missing=0)]
    rule = book(*leaves, availability={"minimum_percent": 60})
    assert grade(rule, [fact(FIRM, item, points=1) for item in known]).status == status


def test_what_does_not_apply_needs_not_be_known() -> None:
    other = part("b", 40, when_missing=0) | {"applicable": {"items": [{"item": "licence"}], "otherwise": 50}}
    rule = book(part("a", 60, when_missing=0), other, availability={"minimum_percent": 100})
    assert grade(rule, [fact(FIRM, "a", points=1)]).status == "by_score"
    assert grade(rule, [fact(FIRM, "a", points=1), fact(FIRM, "licence")]).status == "insufficient_data"


def test_a_condition_leads_to_the_next_worse_grade() -> None:
    contracts = {"scored": False, "records": {"aggregate": "count", "items": [{"item": "contract"}]}}
    points = records("maximum", [{"item": "bad"}], when_missing=0)
    needed = {"requires": [{"indicator": "leaf0", "at_least": 3}]}
    rule = book(contracts, points, grades=bands(95, **needed))

    def found(score: object, number: int) -> tuple:
        one = grade(rule, [bad("2026-01-01", score)] + [fact(FIRM, "contract") for _ in range(number)])
        return one.score, one.grade, one.status, one.gap

    assert found(95, 3) == (95, "A", "by_score", None)
    assert found(95, 2) == (95, "B", "condition", None)
    assert found("94.9", 3) == (Fraction("94.9"), "B", "by_score", Fraction("0.1"))


def test_an_unknown_value_fulfils_no_condition() -> None:
    leaf = records("maximum", [{"item": "bad"}], when_missing=99)
    needed = {"requires": [{"indicator": "leaf0", "at_most": 1000}]}
    assert grade(book(leaf, grades=bands(95, **needed)), []).status == "condition"


def limit(effect: str, name: str | None, **more: object) -> dict:
    return {"id": f"{effect}_{name}", "effect": effect, "item": "bad", **({"grade": name} if name else {})} | more


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ([limit("veto", "C")], ("C", "veto", "veto_C")),
        ([limit("cap", "B")], ("B", "cap", "cap_B")),
        ([limit("cap", "A")], ("A", "by_score", None)),
        ([limit("veto", "A")], ("A", "veto", "veto_A")),
        ([limit("veto", "B"), limit("cap", "C")], ("C", "cap", "cap_C")),
        ([limit("cap", "B"), limit("veto", "B")], ("B", "veto", "veto_B")),
        ([limit("veto", "C"), limit("no_grade", None)], (None, "no_grade", "no_grade_None")),
    ],
)
def test_the_strictest_limit_decides(limits: list[dict], expected: tuple) -> None:
    graded = grade(book(COUNT_BAD, score={"start": 99}, grades=bands(90, 80), limits=limits), [bad("2026-01-01")])
    assert (graded.grade, graded.status, graded.limit_id) == expected


def test_no_limit_lifts_a_grade() -> None:
    rule = book(COUNT_BAD, score={"start": 50}, grades=bands(90, 80), limits=[limit("veto", "B"), limit("cap", "B")])
    graded = grade(rule, [bad("2026-01-01")])
    assert (graded.grade, graded.status, graded.gap) == ("C", "by_score", 29)


@pytest.mark.parametrize(
    ("points", "condition", "holds"),
    [
        ([10, 15], {"total_at_least": 25}, True),
        ([10, "14.99"], {"total_at_least": 25}, False),
        ([15], {"total_at_least": 25, "single_at_least": 15}, True),
        ([10, 14], {"total_at_least": 25, "single_at_least": 15}, False),
        ([1, 1], {"count_at_least": 2}, True),
        ([1], {"count_at_least": 2}, False),
    ],
)
def test_thresholds_of_limits(points: list, condition: dict, holds: bool) -> None:
    rule = book(COUNT_BAD, limits=[limit("no_grade", None, quantity="points_counted", **condition)])
    graded = grade(rule, [bad("2026-01-01", one) for one in points])
    assert graded.status == ("no_grade" if holds else "by_score")


def test_a_limit_that_lasts() -> None:
    conditions = {"total_at_least": 25, "single_at_least": 15, "lasts_months": 6, "until_cycle_end": True}
    suspended = limit("no_grade", None, quantity="points_counted", **conditions)
    rule = book(COUNT_BAD, limits=[suspended], cycle={"evaluated": "daily", "year_begins": "03-01"})
    facts = [bad("2026-01-10", 12), bad("2026-02-27", 14)]
    # 26 points on 27 February; cleared on 1 March, but the suspension runs on until 27 August
    for day, status in (("2026-02-26", "by_score"), ("2026-02-27", "no_grade"), ("2026-03-01", "no_grade"),
                        ("2026-08-26", "no_grade"), ("2026-08-27", "by_score")):  # fmt: skip
        assert grade(rule, facts, day).status == status
    assert grade(rule, facts, "2026-03-01").next_change_on == date(2026, 8, 27)
    assert grade(rule, facts, "2026-02-27").next_change_on == date(2026, 3, 1)


LEVELS = [
    {"grade": "A", "level": "A", "city_grade": "A", "title": "优", "score": 100},
    {"grade": "M", "level": "M", "city_grade": None, "title": "新设立"},
]


def crosswalk(**changes: object) -> Rulebook:
    return book(score=None, indicators=None, crosswalk={"item": "tax", "longest_months": 24}, grades=LEVELS, **changes)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (["M", "A"], ("A", "A", "crosswalk", 100)),
        (["A", "M"], ("M", None, "crosswalk", None)),
        (["A", "D"], (None, None, "no_grade", None)),
        ([], (None, None, "insufficient_data", None)),
    ],
)
def test_a_grade_made_elsewhere(levels: list[str], expected: tuple) -> None:
    facts = [fact(FIRM, "tax", behaviour=level, on=f"202{5 + n}-04-01") for n, level in enumerate(levels)]
    graded = grade(crosswalk(), facts)
    assert (graded.grade, graded.city_grade, graded.status, graded.score) == expected


def reader(**facets: object) -> Rulebook:
    return book({"rulebook_score": {"rulebook": "source", "when_missing": 60} | ({"facets": facets} if facets else {})})


def contracts() -> list[Record]:
    return [
        fact(FIRM, "firm", facet="one", amount=300),
        fact(FIRM, "firm", facet="two", amount=100),
        bad("2026-01-01", 10, facet="one"),
        bad("2026-01-01", 1, until="2026-12-01"),
    ]


@pytest.mark.parametrize(
    ("facets", "expected"),
    # facet '' is the registered firm itself: 99; one: 89; two: 99
    [
        ({"aggregate": "mean", "weighted_by": "amount"}, "91.5"),
        ({"aggregate": "minimum"}, "89"),
        ({"aggregate": "maximum"}, "99"),
        ({"aggregate": "mean"}, "95.66666666666666666667"),
    ],
)
def test_scores_of_facets_become_one(facets: dict, expected: str) -> None:
    population = {"subject_kinds": ["coded"], "item": "firm", "per_facet": True}
    deductions = records("sum", [{"item": "bad"}]) | {"scale": {"linear": {"intercept": 0, "slope": -1}}}
    source = book(deductions, id="source", score={"start": 100}, population=population)
    graded = grade([source, reader(**facets)], contracts())
    assert graded.score == Fraction(expected)
    assert graded.next_change_on == date(2026, 12, 1)


def test_a_chain_of_rulebooks_reads_exact_scores() -> None:
    first = book(records("sum", [{"item": "bad"}]), id="first")
    second = book({"rulebook_score": {"rulebook": "first", "when_missing": 1}}, id="second", score={"start": 10})
    third = book({"rulebook_score": {"rulebook": "second", "when_missing": 1}}, id="source", score={"start": 100})
    facts = [bad("2026-01-01", "0.5", until="2027-01-01")]
    graded = grade([first, second, third, reader()], facts)
    assert (graded.score, graded.next_change_on) == (Fraction("110.5"), date(2027, 1, 1))


def test_who_is_graded() -> None:
    population = {"subject_kinds": ["person"], "item": "expert", "per_facet": False}
    from tests.oracle.scorer import Oracle
    from tests.sql.test_oracle_itself import NOW

    facts = [fact("P:1", "expert"), fact(FIRM, "expert"), fact("P:2", "expert", until="2026-11-24")]
    oracle = Oracle([book(COUNT_BAD, population=population)], facts, date(2026, 11, 24), NOW)
    assert set(oracle.grade_all()) == {("book", "P:1", "")}


def test_the_next_version_is_a_next_change() -> None:
    first = book(COUNT_BAD, in_force={"from": "2020-01-01", "until": "2026-12-31"})
    second = book(COUNT_BAD, version="2", in_force={"from": "2026-12-31", "until": None}, grades=ONE_BAND)
    assert grade([first, second], []).next_change_on == date(2026, 12, 31)
