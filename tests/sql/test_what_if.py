"""A draft beside the current rules: who moves and why, compared with the oracle and counted apart in Python."""

import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg
import pytest

from credit_grading.evaluation.workspace import Workspace, WorkspaceBusy
from credit_grading.rulebook.problem import RulebookError
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.what_if.page import read_trial, trial_page
from credit_grading.what_if.trial import run_trial
from tests.oracle.grading import Graded
from tests.oracle.scorer import Oracle
from tests.sql import small_city
from tests.sql.released import untouched
from tests.sql.small_city import AS_OF, CUT_OFF, LIMIT, MANY, NOW, POPULATION, WEIGHTS
from tests.sql.trials import table

# the draft, and what reads its score; nobody in this city is a supplier
CONCERNED = ("public_credit", "bidding_participant", "procurement_supplier")


@pytest.fixture(scope="module")
def city(small_city_url: str) -> Iterator[psycopg.Connection]:
    with pytest.MonkeyPatch.context() as patch, psycopg.connect(small_city_url, autocommit=True) as connection:
        patch.setenv(VARIABLE, small_city_url)
        yield connection


@pytest.fixture
def desk(city: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A connection as a command has it: the workspaces are its own until it closes."""
    with psycopg.connect(os.environ[VARIABLE], autocommit=True) as connection:
        yield connection


@dataclass(frozen=True)
class Tried:
    """A trial of a draft file, by number."""

    trial_id: int
    file: Path


@pytest.fixture(scope="module")
def stricter(city: psycopg.Connection, tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """Other weights, bounds and letters, and a new limit; nothing else in the warehouse may change meanwhile."""
    file = small_city.draft(tmp_path_factory.mktemp("drafts"), *WEIGHTS, *MANY, *LIMIT)
    with psycopg.connect(os.environ[VARIABLE], autocommit=True) as desk, untouched(city):
        return Tried(run_trial(desk, [file]), file)


def graded(file: Path | None = None) -> dict[tuple[str, str, str], Graded]:
    return Oracle(small_city.books(file), small_city.records(), AS_OF, NOW).grade_all()


def test_the_matrix_is_what_the_oracle_counts(desk: psycopg.Connection, stricter: Tried) -> None:
    trial_id, before, after = stricter.trial_id, graded(), graded(stricter.file)
    expected: Counter[tuple[Any, ...]] = Counter()
    for key in before.keys() | after.keys():
        if key[0] in CONCERNED:
            sides = [(side[key].grade, side[key].city_grade) if key in side else None for side in (before, after)]
            expected[key[0], *sides] += 1
    found: Counter[tuple[Any, ...]] = Counter()
    for row in table(desk, "migration", trial_id):
        sides = [
            (row[f"grade_{side}"], row[f"city_grade_{side}"]) if row[f"present_{side}"] else None
            for side in ("before", "after")
        ]
        found[row["rulebook_id"], *sides] += row["subjects"]
    assert found == expected
    assert any(former != later for _, former, later in expected)
    books = {row["rulebook_id"]: row for row in table(desk, "rulebook", trial_id)}
    assert {name: row["is_draft"] for name, row in books.items()} == {
        "public_credit": True, "bidding_participant": False, "procurement_supplier": False,
    }  # fmt: skip
    assert (books["public_credit"]["version_before"], books["public_credit"]["version_after"]) == ("2026-01", "2026-99")


def test_whoever_moves_is_listed_with_what_differs(desk: psycopg.Connection, stricter: Tried) -> None:
    before, after = graded(), graded(stricter.file)
    movers = table(desk, "mover", stricter.trial_id)
    # the letters of these rulebooks are in the order of the city's
    letters = [{key: (one.city_grade, one.grade) for key, one in side.items()} for side in (before, after)]
    moved = {key for key in before if key[0] in CONCERNED and letters[0][key] != letters[1][key]}
    assert {(row["rulebook_id"], row["subject_key"], row["facet"]) for row in movers} == moved
    assert len(moved) > 10
    for row in movers:
        key = (row["rulebook_id"], row["subject_key"], row["facet"])
        assert (row["score_before"], row["score_after"]) == (before[key].score, after[key].score)
        assert row["direction"] == ("up" if letters[1][key] < letters[0][key] else "down")
        lines = [reason for reason in row["reasons"] if reason["kind"] in ("line", "start")]
        for line in lines:
            former, later = before[key].lines[line["id"]], after[key].lines[line["id"]]
            assert (Decimal(str(line["before"])), Decimal(str(line["after"]))) == (
                former.contribution, later.contribution,
            )  # fmt: skip
        capped = after[key].limit_id == "bad_bidder" and after[key].status == "cap"
        assert capped == any(reason.get("id") == "bad_bidder" for reason in row["reasons"])
        assert capped == any(reason["kind"] == "status" and reason["after"] == "cap" for reason in row["reasons"])
        changes = [Decimal(str(reason["change"])) for reason in row["reasons"] if "change" in reason]
        assert sum(changes) == after[key].score - before[key].score
        assert len(lines) <= 3
    kinds = {reason["kind"] for row in movers for reason in row["reasons"]}
    assert kinds == {"status", "limit", "line", "rest", "bounds", "city_grade"}
    page = trial_page(read_trial(desk, stricter.trial_id))
    for words in ("其余", "得分上下限", "所对应的城市等级变化", "新触发「不良行为」", "封顶 cap"):
        assert words in page


def test_a_moved_cut_off_is_the_reason_and_its_neighbourhood_is_counted(
    desk: psycopg.Connection, tmp_path: Path
) -> None:
    file = small_city.draft(tmp_path, *CUT_OFF)
    trial_id = run_trial(desk, [file])
    before = {key[1]: one for key, one in graded().items() if key[0] == "public_credit"}
    movers = [row for row in table(desk, "mover", trial_id) if row["rulebook_id"] == "public_credit"]
    fell = {key for key, one in before.items() if one.grade == "A" and one.score < 94}
    assert {row["subject_key"] for row in movers} == fell
    assert fell
    assert all([reason["kind"] for reason in row["reasons"]] == ["cut_off"] for row in movers)
    after = {key[1]: one for key, one in graded(file).items() if key[0] == "public_credit"}
    for row in table(desk, "crowding", trial_id):
        if row["rulebook_id"] == "public_credit":
            cut_off, within = Fraction(row["cut_off"]), Fraction(row["within_points"])
            side = before if row["side"] == "before" else after
            near = [one.score - cut_off for one in side.values() if one.score is not None]
            assert row["subjects_below"] == sum(-within <= distance < 0 for distance in near)
            assert row["subjects_above"] == sum(0 <= distance <= within for distance in near)
    found = {
        row["measured_over"]: float(row["index_value"])
        for row in table(desk, "stability", trial_id)
        if row["rulebook_id"] == "public_credit"
    }
    letters = [[one.city_grade for one in side.values()] for side in (before, after)]
    assert found["city_grade"] == pytest.approx(stability_index(*letters, cells="ABCDE"), rel=1e-9)
    assert found["city_grade"] > 0
    # the draft moves no score
    assert found["score"] == 0
    bands = [row for row in table(desk, "score_band", trial_id) if row["rulebook_id"] == "public_credit"]
    assert sum(row["subjects"] for row in bands if row["side"] == "before") == len(before)


def test_stability_over_the_tenths_of_the_scores_before(desk: psycopg.Connection, stricter: Tried) -> None:
    scores = [
        [one.score for key, one in side.items() if key[0] == "public_credit"]
        for side in (graded(), graded(stricter.file))
    ]
    ordered = sorted(scores[0])
    # the first score that at least so many tenths of all do not exceed
    bounds = [ordered[math.ceil(Fraction(tenth, 10) * len(ordered)) - 1] for tenth in range(1, 10)]
    cells = [[sum(bound < score for bound in bounds) for score in side] for side in scores]
    [index] = [
        row["index_value"]
        for row in table(desk, "stability", stricter.trial_id)
        if (row["rulebook_id"], row["measured_over"]) == ("public_credit", "score")
    ]
    assert float(index) == pytest.approx(stability_index(*cells, cells=range(10)), rel=1e-9)
    assert index > 0


def stability_index(before: Sequence[Any], after: Sequence[Any], cells: Iterable[Any]) -> float:
    """Σ (after − before) × ln(after / before) over the shares of the cells, half a subject added to each."""
    named, shares = list(cells), []
    for side in (before, after):
        counts = [side.count(cell) + 0.5 for cell in named]
        shares.append([count / sum(counts) for count in counts])
    return sum((later - former) * math.log(later / former) for former, later in zip(*shares, strict=True))


def test_another_population_and_a_new_rulebook_let_subjects_in_and_out(
    desk: psycopg.Connection, tmp_path: Path
) -> None:
    changed, new = small_city.draft(tmp_path, *POPULATION), tmp_path / "trade_credit@1.yml"
    text = changed.read_text(encoding="utf-8")
    new.write_text(
        text.replace("id: public_credit", "id: trade_credit", 1).replace('"2026-99"', '"1"', 1), encoding="utf-8"
    )
    trial_id = run_trial(desk, [changed, new], mover_limit=5)
    counts: Counter[tuple[str, str]] = Counter()
    for row in table(desk, "migration", trial_id):
        counts[row["rulebook_id"], row["direction"]] += row["subjects"]
    honoured = sum(number % 4 > 0 for number in range(small_city.FIRMS))
    assert counts["public_credit", "same"] == counts["trade_credit", "enters"] == honoured
    assert counts["public_credit", "leaves"] == small_city.FIRMS - honoured
    assert {(name, way) for name, way in counts if name != "bidding_participant"} == {
        ("public_credit", "same"), ("public_credit", "leaves"), ("trade_credit", "enters"),
    }  # fmt: skip
    for name in ("public_credit", "trade_credit"):
        movers = [row for row in table(desk, "mover", trial_id) if row["rulebook_id"] == name]
        assert sorted(row["place"] for row in movers) == [1, 2, 3, 4, 5]
        assert all(row["reasons"] == [{"kind": "population"}] for row in movers)
    books = {row["rulebook_id"]: row for row in table(desk, "rulebook", trial_id)}
    assert (books["trade_credit"]["version_before"], books["trade_credit"]["version_after"]) == (None, "1")
    assert books["trade_credit"]["is_draft"]
    sides = {row["side"] for row in table(desk, "sensitivity", trial_id) if row["rulebook_id"] == "trade_credit"}
    assert sides == {"after"}
    # nothing to compare a new rulebook with
    assert "trade_credit" not in {row["rulebook_id"] for row in table(desk, "stability", trial_id)}


def test_a_past_day_is_compared_with_its_own_evaluation(
    city: psycopg.Connection, desk: psycopg.Connection, tmp_path: Path
) -> None:
    file = small_city.draft(tmp_path, *CUT_OFF)
    with untouched(city):
        trial_id = run_trial(desk, [file], AS_OF.replace(month=5, day=2))
    [trial] = table(desk, "trial", trial_id)
    assert trial["compared_run_id"] is None
    # serious dishonesty comes later in the year: nobody has a veto on that day
    before = table(desk, "migration", trial_id)
    assert sum(row["subjects"] for row in before if row["rulebook_id"] == "public_credit") == small_city.FIRMS
    assert not [row for row in before if row["rulebook_id"] == "public_credit" and row["grade_before"] == "E"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("weight: 70", "weight: 71"), "weight"),
        (("item: honour", "item: honors"), "honors"),
        (("from: 80, from_included: true, until: 90", "from: 80, from_included: true, until: 89"), "89"),
    ],
)
def test_a_wrong_draft_names_file_and_line_and_writes_nothing(
    desk: psycopg.Connection, tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    file = small_city.draft(tmp_path, change)
    trials = desk.execute("select count(*) from what_if.trial").fetchone()
    with pytest.raises(RulebookError, match=words) as caught:
        run_trial(desk, [file])
    assert any(problem.line > 1 and small_city.DRAFT in problem.file for problem in caught.value.problems)
    assert desk.execute("select count(*) from what_if.trial").fetchone() == trials


def test_two_drafts_of_one_rulebook_and_no_file_are_refused(desk: psycopg.Connection, tmp_path: Path) -> None:
    one, two = small_city.draft(tmp_path / "one"), small_city.draft(tmp_path / "two")
    with pytest.raises(RulebookError, match="two drafts are of rulebook 'public_credit'"):
        run_trial(desk, [one, two])
    with pytest.raises(RulebookError, match="there is no such file"):
        run_trial(desk, [tmp_path / "none@1.yml"])
    with pytest.raises(ValueError, match="noise must be more than 0"):
        run_trial(desk, [one], noise_percent=Decimal(0))


def test_one_trial_at_a_time(city: psycopg.Connection, desk: psycopg.Connection, tmp_path: Path) -> None:
    Workspace(city, "what_if").drop()
    with pytest.raises(WorkspaceBusy, match="what_if"):
        run_trial(desk, [small_city.draft(tmp_path)])
    city.execute("select pg_advisory_unlock_all()")
