"""A draft beside the current rules: who moves and why, compared with the oracle and counted apart in Python."""

import math
import os
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from credit_grading.evaluation.workspace import Workspace, WorkspaceBusy
from credit_grading.rulebook.problem import RulebookError
from credit_grading.warehouse.connection import VARIABLE
from credit_grading.warehouse.embedded import EmbeddedPostgres
from credit_grading.what_if.trial import run_trial
from tests.oracle.grading import Graded
from tests.oracle.scorer import Oracle
from tests.sql import small_city
from tests.sql.released import untouched
from tests.sql.small_city import AS_OF, CUT_OFF, LIMIT, NOW, POPULATION, WEIGHTS

# the draft, and what reads its score; nobody in this city is a supplier
CONCERNED = ("public_credit", "bidding_participant", "procurement_supplier")


@pytest.fixture(scope="module")
def city(cluster: EmbeddedPostgres, prepared_template: str) -> Iterator[psycopg.Connection]:
    cluster.create_database("what_if_city", template=prepared_template)
    url = cluster.url("what_if_city")
    with pytest.MonkeyPatch.context() as patch, psycopg.connect(url, autocommit=True) as connection:
        patch.setenv(VARIABLE, url)
        small_city.build(connection, small_city.records())
        yield connection


@pytest.fixture
def desk(city: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A connection as a command has it: the workspaces are its own until it closes."""
    with psycopg.connect(os.environ[VARIABLE], autocommit=True) as connection:
        yield connection


def graded(file: Path | None = None) -> dict[tuple[str, str, str], Graded]:
    return Oracle(small_city.books(file), small_city.records(), AS_OF, NOW).grade_all()


def table(connection: psycopg.Connection, name: str, trial_id: int, order: str = "1") -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        query = f"select * from what_if.{name} where trial_id = %s order by {order}"
        return cursor.execute(query.encode(), (trial_id,)).fetchall()


def test_the_matrix_is_what_the_oracle_counts_and_nothing_is_touched(
    city: psycopg.Connection, desk: psycopg.Connection, tmp_path: Path
) -> None:
    file = small_city.draft(tmp_path, *WEIGHTS, *LIMIT)
    with untouched(city):
        trial_id = run_trial(desk, [file])
    before, after = graded(), graded(file)
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


def test_whoever_moves_is_listed_with_what_differs(desk: psycopg.Connection, tmp_path: Path) -> None:
    file = small_city.draft(tmp_path, *WEIGHTS, *LIMIT)
    trial_id = run_trial(desk, [file])
    before, after = graded(), graded(file)
    movers = table(desk, "mover", trial_id)
    moved = {key for key in before if key[0] in CONCERNED and before[key].city_grade != after[key].city_grade}
    assert {(row["rulebook_id"], row["subject_key"], row["facet"]) for row in movers} == moved
    assert len(moved) > 10
    for row in movers:
        key = (row["rulebook_id"], row["subject_key"], row["facet"])
        assert (row["score_before"], row["score_after"]) == (before[key].score, after[key].score)
        assert row["direction"] == ("up" if after[key].city_grade < before[key].city_grade else "down")
        lines = [reason for reason in row["reasons"] if reason["kind"] in ("line", "start")]
        for line in lines:
            former, later = before[key].lines[line["id"]], after[key].lines[line["id"]]
            assert (Decimal(str(line["before"])), Decimal(str(line["after"]))) == (
                former.contribution, later.contribution,
            )  # fmt: skip
        capped = after[key].limit_id == "bad_bidder" and after[key].status == "cap"
        assert capped == any(reason.get("id") == "bad_bidder" for reason in row["reasons"])
        assert capped == any(reason["kind"] == "status" and reason["after"] == "cap" for reason in row["reasons"])
        if len(lines) < 3:
            # all lines that differ are listed, so they make up the whole difference
            assert sum(Decimal(str(line["change"])) for line in lines) == after[key].score - before[key].score


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
    [index] = [
        row["index_value"]
        for row in table(desk, "stability", trial_id)
        if (row["rulebook_id"], row["measured_over"]) == ("public_credit", "city_grade")
    ]
    assert float(index) == pytest.approx(stability_index(before, after), rel=1e-9)
    bands = [row for row in table(desk, "score_band", trial_id) if row["rulebook_id"] == "public_credit"]
    assert sum(row["subjects"] for row in bands if row["side"] == "before") == len(before)


def stability_index(before: dict[str, Graded], after: dict[str, Graded]) -> float:
    """Σ (after − before) × ln(after / before) over the shares of A–E, half a subject added to each."""
    shares = []
    for side in (before, after):
        counts = [sum(one.city_grade == grade for one in side.values()) + 0.5 for grade in "ABCDE"]
        shares.append([count / sum(counts) for count in counts])
    return sum((later - former) * math.log(later / former) for former, later in zip(*shares, strict=True))


def test_shaken_weights_flip_whoever_is_near_a_cut_off(desk: psycopg.Connection, tmp_path: Path) -> None:
    file = small_city.draft(tmp_path, *WEIGHTS)
    same = [run_trial(desk, [file], noise_percent=Decimal(10), draws=30) for _ in range(2)]
    little = run_trial(desk, [file], noise_percent=Decimal("0.001"), draws=5)

    def flips(trial_id: int) -> list[tuple[Any, ...]]:
        rows = table(desk, "sensitivity", trial_id, "rulebook_id, side, rank nulls first")
        assert {row["side"] for row in rows} == {"before", "after"}
        return [
            (row["rulebook_id"], row["side"], row["grade"], row["subjects"], row["flips_up"], row["flips_down"])
            for row in rows
        ]

    first, second = map(flips, same)
    assert first == second
    assert sum(row[4] + row[5] for row in first) > 0
    everybody = {(row[0], row[1]): row[3] for row in first if row[2] is None}
    assert everybody["public_credit", "before"] == small_city.FIRMS
    # nobody lies within a thousandth of a percent of a cut-off without lying on it
    assert sum(row[4] + row[5] for row in flips(little) if row[0] == "public_credit") <= 5 * on_a_cut_off()


def on_a_cut_off() -> int:
    scores = [one.score for key, one in graded().items() if key[0] == "public_credit"]
    return 2 * sum(score in (60, 70, 80, 90) for score in scores)


def test_another_population_lets_subjects_in_and_out(desk: psycopg.Connection, tmp_path: Path) -> None:
    file = small_city.draft(tmp_path, *POPULATION)
    trial_id = run_trial(desk, [file], mover_limit=5)
    counts: Counter[str] = Counter()
    for row in table(desk, "migration", trial_id):
        if row["rulebook_id"] == "public_credit":
            counts[row["direction"]] += row["subjects"]
    honoured = sum(number % 4 > 0 for number in range(small_city.FIRMS))
    assert counts == {"same": honoured, "leaves": small_city.FIRMS - honoured}
    movers = [row for row in table(desk, "mover", trial_id) if row["rulebook_id"] == "public_credit"]
    assert len(movers) == 5
    assert all(row["reasons"] == [{"kind": "population"}] for row in movers)


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
