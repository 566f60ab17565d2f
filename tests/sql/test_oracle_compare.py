"""The comparison of oracle and SQL notices every difference, and worlds are what they promise."""

from copy import deepcopy
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracle.compare import same
from tests.oracle.facts import fact
from tests.oracle.grading import Graded
from tests.oracle.later_worlds import later_world
from tests.oracle.worked_examples import compare, read_examples, view_of_oracle
from tests.oracle.worlds import World, random_world
from tests.sql.test_oracle_grades import HIGHWAY
from tests.sql.test_oracle_itself import FIRM, bad, book, grade, records

RULE = book(records("sum", [{"item": "bad"}]), HIGHWAY)
FACTS = [bad("2026-01-01", 3), fact(FIRM, "bid", points=90), fact(FIRM, "performance", points=70)]


def found_as(graded: Graded) -> dict:
    """What the SQL would hand back if it found the same."""
    lines = {
        name: {"status": line.status, "raw": line.raw, "value": line.value, "factor": line.factor,
               "contribution": line.contribution}
        for name, line in graded.lines.items()
    }  # fmt: skip
    return {
        "rulebook_version": graded.version, "unclamped_score": graded.unclamped, "score": graded.score,
        "grade": graded.grade, "city_grade": graded.city_grade, "grade_status": graded.status,
        "limit_id": graded.limit_id, "gap_to_next_band": graded.gap, "next_change_on": graded.next_change_on,
        "lines": lines, "evidence": {name: set(line.evidence) for name, line in graded.lines.items()},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("place", "other"),
    [
        (("rulebook_version",), "2"),
        (("score",), Fraction(77) + Fraction(1, 10**30)),
        (("unclamped_score",), Fraction(76)),
        (("grade",), None),
        (("city_grade",), "B"),
        (("grade_status",), "cap"),
        (("limit_id",), "limit"),
        (("gap_to_next_band",), Fraction(0)),
        (("next_change_on",), date(2027, 1, 1)),
        (("lines", "leaf0", "status"), "clean"),
        (("lines", "leaf0", "raw"), None),
        (("lines", "leaf0", "value"), Fraction(4)),
        (("lines", "leaf0", "factor"), Fraction(1, 2)),
        (("lines", "leaf0", "contribution"), Fraction(3) + Fraction(1, 10**30)),
        # shared out of a rounded total: neither the line nor the total may be wrong
        (("lines", "part0", "contribution"), Fraction(18) + Fraction(1, 10**17)),
        (("lines", "part1", "contribution"), Fraction(56) + Fraction(1, 10**20)),
        (("evidence", "leaf0"), set()),
    ],
)
def test_every_difference_is_noticed(place: tuple, other: object) -> None:
    graded = grade(RULE, FACTS)
    found = found_as(graded)
    assert same(RULE, graded, found) == []
    changed = deepcopy(found)
    *way, last = place
    at = changed
    for key in way:
        at = at[key]
    assert at[last] != other
    at[last] = other
    assert same(RULE, graded, changed)


def test_a_missing_line_is_noticed() -> None:
    graded = grade(RULE, FACTS)
    found = found_as(graded)
    del found["lines"]["part1"]
    assert same(RULE, graded, found)


@pytest.mark.parametrize(
    ("stated", "difference"),
    [
        ({"score": "77"}, None),
        ({"score": "77.0001"}, "score is 77, expected 77.0001"),
        ({"grade": "B"}, "grade is A, expected B"),
        ({"gap": "null"}, None),
        ({"gap": "1"}, "gap is None, expected 1"),
        ({"lines": {"part0": "18"}}, None),
        ({"lines": {"part0": {"status": "hit", "raw": "91"}}}, "raw of part0 is 90, expected 91"),
        ({"lines": {"leaf9": "1"}}, "there is no indicator leaf9"),
        ({"graded": "false"}, "is graded A, expected not to be graded"),
    ],
)
def test_a_worked_example_says_what_differs(stated: dict, difference: str | None) -> None:
    view = view_of_oracle(grade(RULE, FACTS))
    assert list(compare(stated, view)) == ([] if difference is None else [difference])


def test_digits_that_go_on() -> None:
    view = {"score": Fraction(200, 3), "gap": -Fraction(1, 3)}
    assert list(compare({"score": "66.6666...", "gap": "-0.333..."}, view)) == []
    assert list(compare({"score": "66.6667..."}, view)) != []


def test_a_worked_example_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "construction_integrity@2.yml"
    example = "{{title: t, as_of: 2026-01-01, records: [{}], expect: {}}}"
    text = f"rulebook: construction_integrity@2\nexamples:\n  - {example}\n"
    file.write_text(text.format("{item: firm, points: 3}", "{score: 100}"), encoding="utf-8")
    (read,) = read_examples(tmp_path)
    assert read.records[0]["points_declared"] == 3
    for records_text, expect in (("{item: firm, point: 3}", "{score: 1}"), ("{item: firm}", "{scores: 1}"),
                                 ("{item: firm}", "{facet: a}")):  # fmt: skip
        file.write_text(text.format(records_text, expect), encoding="utf-8")
        with pytest.raises(ValueError, match=r"construction_integrity@2\.yml, t"):
            read_examples(tmp_path)


@pytest.mark.parametrize("seed", [1, 2])
def test_worlds_are_lawful_and_repeatable(seed: int, tmp_path: Path) -> None:
    from credit_grading.rulebook.read import check_rulebooks

    world = random_world(seed, subjects=25)
    assert world == random_world(seed, subjects=25)
    later = later_world(seed, world)
    latest = later_world(seed + 1000, later)
    for one in (world, later, latest):
        folder = tmp_path / str(one.knowledge_at.timestamp())
        folder.mkdir()
        for name, text in one.rulebooks.items():
            (folder / name).write_text(text, encoding="utf-8")
        assert len(check_rulebooks(folder)) == len(one.books)
        assert len({record["record_id"] for record in one.records}) == len(one.records)
    check_what_changed(world, later)
    check_what_changed(later, latest)


def check_what_changed(world: World, later: World) -> None:
    assert later.knowledge_at > world.knowledge_at
    assert later.as_of >= world.as_of
    kept = {record["record_id"]: record for record in later.records}
    ended = 0
    for record in world.records:
        now = kept[record["record_id"]]
        assert now | {"known_until": None} == record | {"known_until": None}
        if now["known_until"] != record["known_until"]:
            assert now["known_until"] > world.knowledge_at
            ended += 1
    before = {record["record_id"] for record in world.records}
    news = [record for name, record in kept.items() if name not in before]
    assert news
    assert all(record["known_from"] > world.knowledge_at for record in news)
    assert {one["record_key"] for one in news} & {record["record_key"] for record in world.records}
    assert ended
