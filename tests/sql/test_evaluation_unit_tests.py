"""The unit tests that stand beside the evaluation models run on a real Postgres; no model is without one."""

from collections.abc import Iterator

import psycopg
import pytest
import yaml

from credit_grading import paths
from tests.oracle.warehouse import create_records

FOLDER = paths.dbt_project() / "models" / "evaluation"
# its columns follow the rulebooks
COLUMNS_BY_RULEBOOK = "subject_total"


def declared(key: str) -> Iterator[dict]:
    for file in sorted(FOLDER.rglob("*.yml")):
        yield from yaml.safe_load(file.read_text(encoding="utf-8")).get(key, [])


MODELS = sorted(file.stem for file in FOLDER.rglob("*.sql"))
TESTS = list(declared("unit_tests"))
DESCRIBED = {model["name"]: model for model in declared("models")}


@pytest.fixture
def built(warehouse: psycopg.Connection) -> psycopg.Connection:
    """Every table and view of the evaluation: a unit test asks them for the types of their columns."""
    from credit_grading.transform.dbt import run_dbt

    create_records(warehouse)
    run_dbt("run", "--select", "path:models/evaluation")
    return warehouse


def test_every_unit_test_passes_and_every_column_is_described(built: psycopg.Connection) -> None:
    from credit_grading.transform.dbt import run_dbt

    results = run_dbt("test", "--select", "path:models/evaluation,test_type:unit")
    assert {result.name: result.status for result in results} == {test["name"]: "pass" for test in TESTS}
    columns = built.execute(
        "select table_name, array_agg(column_name::text) from information_schema.columns "
        "where table_schema = 'evaluation' and table_name = any(%s) group by table_name",
        ([model for model in MODELS if model != COLUMNS_BY_RULEBOOK],),
    ).fetchall()
    assert {name for name, _ in columns} == set(MODELS) - {COLUMNS_BY_RULEBOOK}
    for name, found in columns:
        assert {column["name"] for column in DESCRIBED[name]["columns"]} == set(found), name


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_a_unit_test_and_a_description(model: str) -> None:
    assert [test["name"] for test in TESTS if test["model"] == model], f"{model} has no dbt unit test"
    assert DESCRIBED[model]["description"]
    assert all(column["description"] and column["data_type"] for column in DESCRIBED[model]["columns"])
