"""Over many seeds every subject and inspector gets the chance the rules promise. Seeds are fixed: no test is luck."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from math import sqrt
from typing import Any

import psycopg
import pytest

from credit_grading.warehouse.embedded import EmbeddedPostgres
from tests.sharing.inspections import STRATA, TO_DRAW, commit, database, prepared

SEEDS = 2_000
# standard deviations: with two hundred comparisons one beyond 4.5 comes once in seven hundred trials of the whole test
FAR = 4.5


@pytest.fixture(scope="module")
def committed(
    cluster: EmbeddedPostgres, prepared_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[psycopg.Connection[Any]]:
    """A draw of 60 subjects in 4 strata, committed to, and what 2,000 seeds would draw from it."""
    with database(cluster, prepared_template, "chances") as owner:
        prepared(owner, tmp_path_factory.mktemp("chances"))
        number = commit(owner)
        owner.execute(
            "create table public.trial as select nr, drawn.* from generate_series(1, %s) as nr"
            " cross join lateral supervision.draw_subjects(%s, 'seed ' || nr) as drawn",
            (SEEDS, number),
        )
        yield owner


def far(count: int, trials: int, chance: float) -> float:
    """How many standard deviations a count is from what its chance promises."""
    return abs(count - trials * chance) / sqrt(trials * chance * (1 - chance))


def test_every_subject_is_drawn_as_often_as_its_grade_says(committed: psycopg.Connection[Any]) -> None:
    counts = dict(committed.execute("select subject_key, count(*) from public.trial group by 1").fetchall())
    assert len(counts) == sum(subjects for subjects, _ in STRATA.values())
    for grade, (subjects, _) in STRATA.items():
        chance = TO_DRAW[grade] / subjects
        of_grade = [count for key, count in counts.items() if key[1] == grade]
        assert len(of_grade) == subjects
        if chance == 1:
            assert set(of_grade) == {SEEDS}
            continue
        assert max(far(count, SEEDS, chance) for count in of_grade) < FAR
        # chi-square of a sample without replacement, subjects - 1 degrees of freedom; its deviation is √(2 · degrees)
        expected = SEEDS * chance
        chi_square = sum((count - expected) ** 2 for count in of_grade) / expected / (1 - chance)
        chi_square *= (subjects - 1) / subjects
        assert abs(chi_square - (subjects - 1)) < FAR * sqrt(2 * (subjects - 1))


def test_two_subjects_of_a_grade_are_drawn_together_as_often_as_any_other_two(
    committed: psycopg.Connection[Any],
) -> None:
    together = {
        (one, other): count
        for one, other, count in committed.execute(
            "select one.subject_key, other.subject_key, count(*) from public.trial as one"
            " inner join public.trial as other on one.nr = other.nr and one.stratum = other.stratum"
            " and one.subject_key < other.subject_key where one.stratum in ('B', 'C') group by 1, 2"
        )
    }
    for grade in "BC":
        subjects, drawn = STRATA[grade][0], TO_DRAW[grade]
        chance = drawn * (drawn - 1) / subjects / (subjects - 1)
        counts = [count for (key, _), count in together.items() if key[1] == grade]
        assert len(counts) == subjects * (subjects - 1) // 2
        assert max(far(count, SEEDS, chance) for count in counts) < FAR


def test_strata_are_drawn_independently(committed: psycopg.Connection[Any]) -> None:
    together = committed.execute(
        "select count(*) from public.trial as one inner join public.trial as other using (nr)"
        " where one.stratum = 'B' and other.stratum = 'C' group by one.subject_key, other.subject_key"
    ).fetchall()
    assert len(together) == STRATA["B"][0] * STRATA["C"][0]
    chance = TO_DRAW["B"] / STRATA["B"][0] * TO_DRAW["C"] / STRATA["C"][0]
    assert max(far(count, SEEDS, chance) for (count,) in together) < FAR


def test_of_a_small_stratum_every_choice_is_as_likely_as_any_other(committed: psycopg.Connection[Any]) -> None:
    """All 20 ways of taking three of six."""
    committed.execute(
        "insert into supervision.draw_stratum values ('small', 'A', 6, 3);"
        "insert into supervision.draw_frame select 'small', 'S' || nr, 'A', '', '' from generate_series(1, 6) as nr;"
        "insert into supervision.draw select 'small', plan_id, seed_commitment, frame_hash, 2, 2, results_due_on, ''"
        " from supervision.draw limit 1"
    )
    chosen = Counter(
        subjects
        for (subjects,) in committed.execute(
            "select string_agg(subject_key, ' ' order by subject_key) from generate_series(1, %s) as nr"
            " cross join lateral supervision.draw_subjects('small', 'seed ' || nr) group by nr",
            (SEEDS,),
        )
    )
    assert set(chosen) == {" ".join(three) for three in combinations([f"S{nr}" for nr in range(1, 7)], 3)}
    expected = SEEDS / 20
    chi_square = sum((count - expected) ** 2 for count in chosen.values()) / expected
    # 19 degrees of freedom: 99.9 % of trials stay below
    assert chi_square < 43.8


def test_inspectors_are_burdened_alike_and_meet_subjects_at_random(committed: psycopg.Connection[Any]) -> None:
    trials = 250
    assigned = committed.execute(
        "select subject_key, inspector_code, count(*) from generate_series(1, %s) as nr"
        " cross join lateral supervision.assign_inspectors('registered_matters-2026-04-1', 'seed ' || nr, 2, 6)"
        " where subject_key like 'SD%%' group by 1, 2",
        (trials,),
    ).fetchall()
    # each of the five that are always drawn gets two of the twelve
    assert len(assigned) == 5 * 12
    assert sum(count for *_, count in assigned) == trials * 5 * 2
    assert max(far(count, trials, 2 / 12) for *_, count in assigned) < FAR
    loads = Counter[str]()
    for _, inspector, count in assigned:
        loads[inspector] += count
    assert max(far(load, trials * 5, 2 / 12) for load in loads.values()) < FAR


def test_a_draw_of_another_number_is_another_lot(committed: psycopg.Connection[Any]) -> None:
    """The same seed used twice draws other subjects: the draw's number is part of every lot."""
    committed.execute(
        "insert into supervision.draw_frame select 'again', subject_key, stratum, '', '' from supervision.draw_frame"
        " where draw_number = 'registered_matters-2026-04-1';"
        "insert into supervision.draw_stratum select 'again', stratum, subjects, to_draw from supervision.draw_stratum"
        " where draw_number = 'registered_matters-2026-04-1';"
        "insert into supervision.draw select 'again', plan_id, seed_commitment, frame_hash, 2, 2, results_due_on, ''"
        " from supervision.draw limit 1"
    )
    lists = [
        [
            key
            for (key,) in committed.execute(
                "select subject_key from supervision.draw_subjects(%s, 'one seed') where stratum <> 'D' order by 1",
                (number,),
            )
        ]
        for number in ("registered_matters-2026-04-1", "again")
    ]
    assert len(lists[0]) == len(lists[1]) == 11
    assert lists[0] != lists[1]
