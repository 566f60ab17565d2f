"""The unit tests that stand beside the thematic models run on a real Postgres, each mapping into the spine with one."""

import psycopg

from credit_grading import paths
from credit_grading.transform.dbt import run_dbt
from tests.sql.landed import prepare_seeds, stage

# written before mappings were tested one by one: test_thematic.py follows their records from landing to the spine
TRIED_ELSEWHERE = {
    "market_entity", "administrative_penalty", "serious_dishonesty", "honour", "bidding_bad_behaviour",
    "bidding_participant", "construction_integrity_points",
}  # fmt: skip


def test_every_dbt_unit_test_of_the_thematic_layer_passes(warehouse: psycopg.Connection) -> None:
    prepare_seeds(warehouse)
    stage()
    results = run_dbt("build", "--select", "path:models/thematic")
    unit_tests = [result for result in results if result.kind == "unit_test"]
    assert {result.status for result in unit_tests} == {"pass"}
    mappings = {
        path.stem.removeprefix("credit_record__")
        for path in (paths.dbt_project() / "models" / "thematic" / "credit_record").glob("credit_record__*.sql")
    }
    written = "".join(
        path.read_text(encoding="utf-8")
        for path in (paths.dbt_project() / "models" / "thematic" / "unit_tests").glob("*.yml")
    )
    assert len(mappings) >= 27
    assert {name for name in mappings if f"model: credit_record__{name}\n" not in written} == TRIED_ELSEWHERE
    assert len(unit_tests) == written.count("\n  - name: ")
