"""A mistake in one department's file is an import error that names file and line; the others' DAGs stay."""

from pathlib import Path
from typing import Any

import pytest

HOME = Path(__file__).resolve().parents[2]


def parse() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(HOME / "dags")


def line_of(file: Path, text: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("roll_out_batch: breakthrough", "roll_out_batch: some_day"),
        ("legal_basis:", "legal_bases:"),
        ("id: finance", "id: [finance"),
    ],
)
def test_other_departments_stay(departments_copy: Path, right: str, wrong: str) -> None:
    file = departments_copy / "finance.yml"
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    bag = parse()
    assert "ingest_finance" not in bag.dag_ids
    assert {"ingest_market_regulation", "ingest_development_and_reform", "grade"} <= set(bag.dag_ids)
    [(failed, error)] = bag.import_errors.items()
    # apart from ingest.py: Airflow stops every DAG of a file that has an import error
    assert Path(failed).name == "department_files.py"
    assert "finance.yml line " in error
    assert "market_regulation.yml" not in error


def test_the_line_is_the_line_of_the_mistake(departments_copy: Path) -> None:
    file = departments_copy / "finance.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("roll_out_batch: breakthrough", "roll_out_batch: some_day"), encoding="utf-8")
    [error] = parse().import_errors.values()
    assert f"finance.yml line {line_of(file, 'some_day')}:" in error


def test_mistakes_of_two_files_are_reported_together(departments_copy: Path) -> None:
    for name in ("finance", "market_regulation"):
        file = departments_copy / f"{name}.yml"
        file.write_text(file.read_text(encoding="utf-8") + "surprise: 1\n", encoding="utf-8")
    bag = parse()
    [error] = bag.import_errors.values()
    assert "finance.yml" in error
    assert "market_regulation.yml" in error
    assert "ingest_development_and_reform" in bag.dag_ids


def test_grading_waits_for_the_feeds_of_readable_departments_only(departments_copy: Path) -> None:
    (departments_copy / "finance.yml").write_text("id: finance\n", encoding="utf-8")
    names = {asset.name for asset in parse().dags["grade"].timetable.asset_condition.objects}
    assert "landing/market_regulation/market_entity_registry" in names
    assert not any(name.startswith("landing/finance/") for name in names)


def test_a_new_department_is_a_new_file(departments_copy: Path) -> None:
    text = (departments_copy / "finance.yml").read_text(encoding="utf-8")
    (departments_copy / "water.yml").write_text(text.replace("id: finance", "id: water", 1), encoding="utf-8")
    bag = parse()
    assert bag.import_errors == {}
    assert "ingest_water" in bag.dag_ids
