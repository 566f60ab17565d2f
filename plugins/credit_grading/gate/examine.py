"""Run suites through Great Expectations: a boolean pass over all checks, then details for those that failed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from credit_grading.gate.context import DATASOURCE
from credit_grading.gate.counts import Counts
from credit_grading.gate.no_rows import SAMPLE_ROWS, no_rows_expectation
from credit_grading.gate.suites import NO_ROWS, Check, Suite
from credit_grading.gate.verdict import CheckResult, Severity, Status

# Our severities in the words of Great Expectations.
GX_SEVERITY = {"fatal": "critical", "warning": "warning", "info": "info"}
DETAIL_LENGTH = 500


@dataclass
class Examined:
    """One check with what is known of it so far, and its GX expectation and result where it has come that far."""

    suite: Suite
    check: Check
    result: CheckResult
    expectation: Any = None
    gx_result: Any = None


def prepare(suites: Iterable[Suite], counts: Counts, severities: dict[tuple[str, str], Severity]) -> list[Examined]:
    """Build the expectation of every check. A check that cannot be built, or has nothing to look at, is an error."""
    prepared = []
    for suite in suites:
        for check in suite.checks:
            severity = severities[suite.table, check.check_id]
            blank = CheckResult(
                suite.table, check.check_id, check.title_zh, severity, "error", None, None, check.owner, check.note
            )
            counted = counts.of(suite, check)
            item = Examined(suite, check, replace(blank, denominator=counted.rows, detail=counted.problem))
            if not counted.problem:
                _build(item, severity)
            prepared.append(item)
    return prepared


def _build(item: Examined, severity: Severity) -> None:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    check = item.check
    meta = {"check_id": check.check_id, "owner": check.owner, "since": check.since.isoformat()}
    common = {"severity": GX_SEVERITY[severity], "description": check.title_zh, "notes": check.note, "meta": meta}
    try:
        if check.type == NO_ROWS:
            allowed = int(Decimal(str(check.share_percent)) * (item.result.denominator or 0) / 100)
            item.expectation = no_rows_expectation()(unexpected_rows_query=check.query, allowed_rows=allowed, **common)
        else:
            item.expectation = ExpectationConfiguration(type=check.type, kwargs=check.kwargs, **common).to_domain_obj()
    except Exception as error:  # whatever is wrong with one check must not hide the others
        item.result = replace(item.result, detail=_short(f"{type(error).__name__}: {error}"))


def run_checkpoint(context: Any, name: str, items: list[Examined]) -> Any:
    """Phase 1: one GX checkpoint over everything that could be built, answering yes or no only.

    Returns the checkpoint's result (None when nothing could be built); fills `gx_result` and `result` of each item.
    """
    import great_expectations as gx
    from great_expectations.core.run_identifier import RunIdentifier

    buildable = [item for item in items if item.expectation is not None]
    if not buildable:
        return None
    datasource = context.data_sources.get(DATASOURCE)
    definitions = []
    for table in dict.fromkeys(item.suite.table for item in buildable):
        expectations = [item.expectation for item in buildable if item.suite.table == table]
        suite = context.suites.add(gx.ExpectationSuite(name=table, expectations=expectations))
        schema_name, table_name = table.split(".")
        asset = datasource.add_table_asset(table, table_name=table_name, schema_name=schema_name)
        data = asset.add_batch_definition_whole_table("whole")
        definitions.append(
            context.validation_definitions.add(gx.ValidationDefinition(name=table, data=data, suite=suite))
        )
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(name=name, validation_definitions=definitions, result_format={"result_format": "BOOLEAN_ONLY"})
    )
    outcome = checkpoint.run(run_id=RunIdentifier(run_name=name))
    by_name = {(item.suite.table, item.check.check_id): item for item in buildable}
    for suite_result in outcome.run_results.values():
        for gx_result in suite_result.results:
            item = by_name[suite_result.suite_name, gx_result.expectation_config.meta["check_id"]]
            item.gx_result = gx_result
            item.result = _judged(item, gx_result)
    return outcome


def add_details(context: Any, items: list[Examined]) -> None:
    """Phase 2: count and sample only what failed, or what passed with some rows allowed to violate."""
    datasource = context.data_sources.get(DATASOURCE)
    batches: dict[str, Any] = {}
    for item in items:
        if item.gx_result is None or item.result.status == "error" or not _wants_details(item):
            continue
        table = item.suite.table
        if table not in batches:
            batches[table] = datasource.get_asset(table).get_batch_definition("whole").get_batch()
        expectation = item.expectation.copy()
        expectation.id = None
        detailed = batches[table].validate(expectation, result_format=_result_format(item.check))
        item.gx_result = detailed
        item.result = _judged(item, detailed)


def _wants_details(item: Examined) -> bool:
    return item.result.status == "failed" or (item.check.mostly or 1) < 1 or item.check.share_percent > 0


def _result_format(check: Check) -> dict[str, Any]:
    # COMPLETE pulls keys only where they are bounded: our own expectation limits the query, GX limits its index list
    if check.type == NO_ROWS:
        return {"result_format": "COMPLETE"}
    if not check.type.startswith("expect_column_values"):
        return {"result_format": "SUMMARY"}
    return {
        "result_format": "SUMMARY",
        "unexpected_index_column_names": list(check.key_columns),
        "partial_unexpected_count": SAMPLE_ROWS,
    }


def _judged(item: Examined, gx_result: Any) -> CheckResult:
    """Our result from GX's: precedence error > not applicable > failed > passed."""
    problem = _exception(gx_result)
    if problem:
        return replace(item.result, status="error", numerator=None, detail=_short(problem))
    if item.result.denominator == 0 and gx_result.success:
        return replace(item.result, status="not_applicable", numerator=0, detail="没有适用的行")
    status: Status = "passed" if gx_result.success else "failed"
    found = gx_result.result or {}
    numerator = found.get("unexpected_count")
    if item.check.type == NO_ROWS:
        numerator = found.get("observed_value")
    elif "observed_value" in found:
        return replace(item.result, status=status, numerator=None, detail=f"实测 {found['observed_value']}")
    if gx_result.success and not _wants_details(replace(item, result=replace(item.result, status="passed"))):
        numerator = 0
    keys = sample_keys(item.check, found)
    denominator = found.get("element_count", item.result.denominator)
    return replace(
        item.result, status=status, numerator=numerator, denominator=denominator, sample_keys=keys, detail=None
    )


def sample_keys(check: Check, found: dict[str, Any]) -> list[dict[str, Any]]:
    """At most SAMPLE_ROWS keys of violating rows: the check's key columns only, whatever else was returned."""
    rows = (found.get("details") or {}).get("unexpected_rows") or found.get("partial_unexpected_index_list") or []
    kept = [{name: _plain(row[name]) for name in check.key_columns if name in row} for row in rows[:SAMPLE_ROWS]]
    return [row for row in kept if row]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def _exception(gx_result: Any) -> str | None:
    raised = gx_result.exception_info or {}
    infos = [raised] if "raised_exception" in raised else list(raised.values())
    for info in infos:
        if info.get("raised_exception"):
            return str(info.get("exception_message") or "exception")
    return None


def _short(text: str) -> str:
    """One line of an error, without the statement and the link that SQLAlchemy appends."""
    line = " ".join(text.split("[SQL:", maxsplit=1)[0].split())
    return line[:DETAIL_LENGTH]
