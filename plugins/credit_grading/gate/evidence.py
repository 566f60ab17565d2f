"""Keep what Great Expectations found, with details where something failed, and no values but keys."""

import shutil
from typing import Any

from credit_grading.gate.context import results_folder
from credit_grading.gate.examine import Examined
from credit_grading.gate.no_rows import SAMPLE_ROWS
from credit_grading.gate.verdict import CheckResult

# Runs of the gate whose GX results are kept; the verdict rows in the warehouse are kept for ever.
KEPT_RUNS = 60


def keep_evidence(context: Any, outcome: Any, items: list[Examined]) -> None:
    """Overwrite the boolean results of phase 1 with the details of phase 2, and drop the oldest runs."""
    if outcome is None:
        return
    by_name = {(item.suite.table, item.check.check_id): item for item in items}
    store = context.validation_results_store
    for identifier, suite_result in outcome.run_results.items():
        merged = []
        for gx_result in suite_result.results:
            item = by_name[suite_result.suite_name, gx_result.expectation_config.meta["check_id"]]
            gx_result.success = item.gx_result.success
            gx_result.result = _result_shown(item.result)
            merged.append(gx_result)
        suite_result.results = merged
        store.set(identifier, suite_result)
    drop_old_evidence()


def _result_shown(result: CheckResult) -> dict[str, Any]:
    """Counts and keys only: the values themselves may be personal, and stay in the warehouse."""
    counted = {"element_count": result.denominator or 0, "unexpected_count": result.numerator or 0}
    share = 100 * (result.numerator or 0) / result.denominator if result.denominator else 0.0
    return {
        **counted,
        "unexpected_percent": share,
        "missing_count": 0,
        "missing_percent": 0.0,
        "unexpected_percent_total": share,
        "unexpected_percent_nonmissing": share,
        "observed_value": result.numerator if result.numerator is not None else result.detail,
        "partial_unexpected_list": [],
        "unexpected_index_list": result.sample_keys[:SAMPLE_ROWS],
    }


def drop_old_evidence(kept: int = KEPT_RUNS) -> int:
    """Remove the GX results of all but the newest `kept` gate runs; returns how many runs were removed."""
    runs: dict[str, list[Any]] = {}
    for folder in results_folder().rglob("verdict-*"):
        runs.setdefault(folder.name, []).append(folder)
    ordered = sorted(runs, key=lambda name: int(name.removeprefix("verdict-")), reverse=True)
    for name in ordered[kept:]:
        for folder in runs[name]:
            # another gate may be dropping the same run
            shutil.rmtree(folder, ignore_errors=True)
    return len(ordered[kept:])
