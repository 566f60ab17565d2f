"""The supervision list is data that officials edit; plans follow from it and from the release, exactly."""

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from credit_grading import paths
from credit_grading.department.load import load_departments
from credit_grading.supervision.inspection import plan_inspections
from credit_grading.supervision.supervision_list import (
    SupervisionListError,
    load_supervision_list,
    read_supervision_list,
)  # fmt: skip
from tests.sharing.inspections import APRIL, ITEM, MAY, TO_DRAW, release, write_list


def grades(owner: psycopg.Connection[Any], item: str = "registered_matters") -> dict[str, tuple[Any, ...]]:
    return {
        grade: tuple(numbers)
        for grade, *numbers in owner.execute(
            "select grade, inspection_ratio_percent, inspections_per_year, is_own from sharing.supervision_list"
            " where item_id = %s order by rank",
            (item,),
        )
    }


def test_the_projects_own_list_is_right() -> None:
    entries = read_supervision_list()
    assert len({entry["item_id"] for entry in entries}) >= 5
    rulebooks = {yaml.safe_load(file.read_text())["id"] for file in paths.rulebooks().glob("*.yml")}
    assert {entry["rulebook_id"] for entry in entries} <= rulebooks
    assert {entry["department_id"] for entry in entries} <= {department.id for department in load_departments()}
    assert all("本项目假设" in entry["legal_basis"] for entry in entries)


def test_a_list_entry_says_what_the_measure_does_not(warehouse: psycopg.Connection[Any], tmp_path: Path) -> None:
    release(warehouse)
    assert load_supervision_list(warehouse, write_list(tmp_path, ITEM, ITEM | {"id": "plain", "grades": {}})) == 2
    assert grades(warehouse)["B"] == (20, 4, True)
    # the rulebook's measure: D only, 100 %, four times a year; of the others nothing is drawn
    assert grades(warehouse, "plain") == {
        "A": (None, None, False), "B": (None, None, False), "D": (100, 4, False), "C": (None, None, False),
    }  # fmt: skip


def test_an_entry_applies_from_its_day_until_the_next_one(warehouse: psycopg.Connection[Any], tmp_path: Path) -> None:
    later = ITEM | {"from": "2026-06-01", "grades": {"A": {"ratio_percent": 7.5, "per_year": 1}}}
    release(warehouse)
    load_supervision_list(warehouse, write_list(tmp_path, ITEM, later, ITEM | {"id": "over", "until": "2026-05-20"}))
    assert warehouse.execute(
        "select distinct item_id, in_force_from, in_force_until from sharing.supervision_list"
    ).fetchall() == [("registered_matters", date(2026, 1, 1), date(2026, 6, 1))]
    release(warehouse, date(2026, 6, 1))
    assert str(grades(warehouse)["A"][0]) == "7.5"
    assert grades(warehouse)["B"] == (None, None, False)


def test_a_changed_entry_is_a_newer_revision_and_nothing_is_lost(
    warehouse: psycopg.Connection[Any], tmp_path: Path
) -> None:
    release(warehouse)
    assert load_supervision_list(warehouse, write_list(tmp_path, ITEM)) == 1
    assert load_supervision_list(warehouse, tmp_path) == 0
    changed = ITEM | {"grades": {"A": {"ratio_percent": 1, "per_year": 1}}}
    assert load_supervision_list(warehouse, write_list(tmp_path, changed)) == 1
    assert grades(warehouse)["A"] == (1, 1, True)
    assert warehouse.execute("select count(*) from supervision.item_version").fetchone() == (2,)
    # back again: the newest counts, also where it says what an older one said
    assert load_supervision_list(warehouse, write_list(tmp_path, ITEM)) == 1
    assert grades(warehouse)["A"] == (10, 4, True)
    with pytest.raises(ValueError, match="registered_matters 2026-01-01"):
        load_supervision_list(warehouse, write_list(tmp_path, ITEM | {"id": "another"}))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "extra"}, "market_regulation.yml:.*'extra' is not allowed"),
        ({"until": "2026-01-01"}, "until must be later than from"),
        ({"from": "2026-02-30"}, "no such day"),
        ({"period_months": 5}, "'5' is not allowed"),
        ({"grades": {"A": {"ratio_percent": 101, "per_year": 1}}}, "too large"),
        ({"grades": {"F": {"ratio_percent": 1, "per_year": 1}}}, "'F' is not a known key"),
        ({"ratio": 5}, "'ratio' is not a known key"),
        ({"legal_basis": []}, "must not be empty"),
    ],
)
def test_a_mistake_is_told_by_file_and_line(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(SupervisionListError, match=told) as mistake:
        read_supervision_list(write_list(tmp_path, ITEM | change))
    assert all(problem.line >= 1 for problem in mistake.value.problems)


def test_repeated_and_misplaced_entries_are_mistakes(tmp_path: Path) -> None:
    write_list(tmp_path, ITEM, ITEM)
    write_list(tmp_path, ITEM, department="finance")
    (tmp_path / "justice.yml").write_text((tmp_path / "finance.yml").read_text())
    with pytest.raises(SupervisionListError) as mistake:
        read_supervision_list(tmp_path)
    told = [(problem.file, problem.message.partition("（")[2]) for problem in mistake.value.problems]
    repeated = "the same item from the same day twice）: registered_matters 2026-01-01"
    assert ("market_regulation.yml", repeated) in told
    assert ("justice.yml", "must be the file's name）: justice") in told


def test_a_plan_adds_up_exactly(warehouse: psycopg.Connection[Any], tmp_path: Path, monkeypatch: Any) -> None:
    release(warehouse)
    use(monkeypatch, write_list(tmp_path / "list", ITEM, ITEM | {"id": "yearly", "period_months": 12}))
    planned = plan_inspections(warehouse)
    assert planned.entries == 2
    assert len(planned.plans) == 1
    assert "each draw takes a subject once" in planned.refused["yearly"], "one item's mistake stops no other"
    plan = warehouse.execute(
        "select grade, grade_to_draw, grade_subjects, sum(subjects)::integer, sum(expected_draws)::integer, count(*)"
        " from sharing.inspection_plan group by 1, 2, 3 order by 1"
    ).fetchall()
    assert plan == [
        ("", 0, 1, 1, 0, 1), ("A", 3, 30, 30, 3, 3), ("B", 3, 15, 15, 3, 3), ("C", 5, 10, 10, 5, 3),
        ("D", 5, 5, 5, 5, 3),
    ]  # fmt: skip
    assert {grade: number for grade, number, *_ in plan if grade} == TO_DRAW
    # 30 subjects of A: 15 where nothing else is said, 12 elsewhere, 3 unknown; 3 are drawn: 1.5, 1.2 and 0.3 expected
    assert warehouse.execute(
        "select division_code, subjects, expected_draws from sharing.inspection_plan where grade = 'A' order by 1"
    ).fetchall() == [("", 3, 0), ("500101", 18, 2), ("500102", 9, 1)]
    assert warehouse.execute(
        "select distinct period_from, period_until, publication_id from sharing.inspection_plan"
    ).fetchall() == [(APRIL, date(2026, 7, 1), 1)]


def use(monkeypatch: Any, folder: Path) -> None:
    schema = paths.supervision_list() / "schema.json"
    (folder / "schema.json").write_text(schema.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(paths, "supervision_list", lambda: folder)


def test_a_period_is_planned_once_and_again_where_the_list_changed(
    warehouse: psycopg.Connection[Any], tmp_path: Path, monkeypatch: Any
) -> None:
    release(warehouse)
    use(monkeypatch, write_list(tmp_path / "list", ITEM))
    assert len(plan_inspections(warehouse).plans) == 1
    assert plan_inspections(warehouse).plans == []
    release(warehouse, MAY.replace(day=21), {"A": 10})
    assert plan_inspections(warehouse).plans == [], "the plan of the period stands"
    use(monkeypatch, write_list(tmp_path / "list", ITEM | {"workload_limit": 7}))
    assert len(plan_inspections(warehouse).plans) == 1
    release(warehouse, date(2026, 7, 1), {"A": 10})
    assert len(plan_inspections(warehouse).plans) == 1
    assert warehouse.execute(
        "select period_from, sum(subjects)::integer from sharing.inspection_plan where grade = 'A' group by plan_id, 1"
        " order by plan_id"
    ).fetchall() == [(APRIL, 30), (APRIL, 10), (date(2026, 7, 1), 10)]


@pytest.mark.parametrize(
    ("subjects", "grade", "drawn"),
    [
        (30, (10, 4), 3),
        # 30 × 10 % × 0.5 × 3/12 = 0.375: a part counts as one
        (30, (10, 0.5), 1),
        (31, (10, 4), 4),
        (30, (0, 4), 0),
        # exact: no 3.0000001 becomes four
        (30, (33.333333333333, 1.2), 3),
        (7, (100, 4), 7),
    ],
)
def test_how_many_of_a_grade(
    warehouse: psycopg.Connection[Any], tmp_path: Path, subjects: int, grade: tuple[float, float], drawn: int
) -> None:
    release(warehouse, MAY, {"A": subjects})
    item = ITEM | {"grades": {"A": {"ratio_percent": grade[0], "per_year": grade[1]}}}
    load_supervision_list(warehouse, write_list(tmp_path, item))
    warehouse.execute("select supervision.plan_inspection('registered_matters', '2026-04-01')")
    assert warehouse.execute(
        "select sum(expected_draws)::integer, max(grade_to_draw) from sharing.inspection_plan where grade = 'A'"
    ).fetchone() == (drawn, drawn)


def test_what_cannot_be_planned_says_why(warehouse: psycopg.Connection[Any], tmp_path: Path) -> None:
    load_supervision_list(warehouse, write_list(tmp_path, ITEM))
    for begins, told in (("2026-04-01", "nothing is published yet"), ("2026-05-01", "begins on that day")):
        with pytest.raises(psycopg.errors.RaiseException, match=told):
            warehouse.execute("select supervision.plan_inspection('registered_matters', %s)", (begins,))
        release(warehouse)


def test_of_several_facets_the_one_inspected_most_counts(warehouse: psycopg.Connection[Any], tmp_path: Path) -> None:
    release(warehouse)
    load_supervision_list(warehouse, write_list(tmp_path, ITEM))
    warehouse.execute(
        "insert into sharing.grade (rulebook_id, subject_key, facet, subject_name, rulebook_version, as_of, grade,"
        " city_grade, grade_status, publication_id)"
        " select rulebook_id, subject_key, '总承包', subject_name, rulebook_version, as_of, 'D', 'D', grade_status, 1"
        " from sharing.grade where subject_key in ('SA001', 'SC001')"
    )
    counted = warehouse.execute(
        "select grade, count(*) from supervision.item_subject((select version_id from supervision.item_version))"
        " group by 1 order by 1"
    ).fetchall()
    assert counted == [("", 1), ("A", 29), ("B", 15), ("C", 9), ("D", 7)]
