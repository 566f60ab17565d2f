"""Read the gate's suites: reviewed YAML, one file per examined table, against a closed schema."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from credit_grading import paths
from credit_grading.gate.verdict import Gate, Severity

# The shared suite that every contract's staging table gets: a new kind of record is guarded from its first day.
CONTRACT_SUITE = "staging_contract.yml"
NO_ROWS = "query_returns_no_rows"


class SuiteFileError(ValueError):
    """At least one suite file is unusable; the message lists every problem with file and place."""


@dataclass(frozen=True)
class Check:
    """One check of one table. `query` yields violating rows; `kwargs` are those of a stock GX expectation."""

    check_id: str
    type: str
    kwargs: dict[str, Any]
    query: str | None
    denominator_query: str | None
    key_columns: tuple[str, ...]
    severity: Severity
    mostly: float | None
    share_percent: float
    may_be_empty: bool
    title_zh: str
    note: str
    owner: str
    since: date
    promote_on: date | None

    def severity_on(self, day: date) -> Severity:
        """A warning with a promotion date is fatal from that day."""
        return "fatal" if self.promote_on and day >= self.promote_on else self.severity


@dataclass(frozen=True)
class Suite:
    """The checks of one table. `rows_due_when` is a query for one boolean: whether an empty table is a fault."""

    table: str
    gate: Gate
    title_zh: str
    rows_due_when: str | None
    checks: tuple[Check, ...]


def load_suites(folder: Path | None = None, contracts: Path | None = None) -> list[Suite]:
    """All suites, contract tables first. Raises SuiteFileError with every problem of every file.

    Args:
        folder: the expectations folder (default: the project's).
        contracts: folder of the contracts, each of which gets the shared staging suite (default: the project's).
    """
    folder = folder or paths.expectations()
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    problems: list[str] = []
    suites: dict[str, Suite] = {}
    shared = folder / "shared" / CONTRACT_SUITE
    for contract in sorted(file.stem for file in (contracts or paths.contracts()).glob("*.yml")):
        _add(suites, _read(shared, folder, schema, problems, contract), shared, problems)
    for file in sorted((folder / "suites").glob("*.yml")):
        suite = _read(file, folder, schema, problems)
        if suite and suite.table != file.stem:
            problems.append(f"{file.name}: table is {suite.table!r}, the file must be named {suite.table}.yml")
        _add(suites, suite, file, problems)
    problems += [f"{file.name}: suites end in .yml" for file in (folder / "suites").glob("*.yaml")]
    if problems:
        raise SuiteFileError("\n".join(dict.fromkeys(problems)))
    return list(suites.values())


def suites_of(gate: Gate, folder: Path | None = None, contracts: Path | None = None) -> list[Suite]:
    """The suites of one gate. Raises SuiteFileError, also when the gate has no suite at all."""
    found = [suite for suite in load_suites(folder, contracts) if suite.gate == gate]
    if not found:
        raise SuiteFileError(f"gate {gate!r} has no suite: a gate that checks nothing lets everything through")
    return found


def _add(suites: dict[str, Suite], suite: Suite | None, file: Path, problems: list[str]) -> None:
    """Add a suite; a table's own file adds its checks to those it shares with others."""
    if suite is None:
        return
    before = suites.get(suite.table)
    checks = (*(before.checks if before else ()), *suite.checks)
    seen: set[str] = set()
    for check in checks:
        if check.check_id in seen:
            problems.append(f"{file.name}: check_id {check.check_id!r} occurs twice for table {suite.table}")
        seen.add(check.check_id)
    due = suite.rows_due_when or (before.rows_due_when if before else None)
    suites[suite.table] = Suite(suite.table, suite.gate, suite.title_zh, due, checks)


def _read(
    file: Path, folder: Path, schema: dict[str, Any], problems: list[str], contract: str | None = None
) -> Suite | None:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        problems.append(f"{file.name}: not readable as YAML: {error}")
        return None
    content = _dates_as_text(content)
    found = sorted(_validator(schema).iter_errors(content), key=lambda error: list(map(str, error.path)))
    if found:
        problems += [f"{file.name}: {_place(error.path, content)}: {error.message}" for error in found]
        return None
    table = content["table"].replace("{contract}", contract or "{contract}")
    checks = tuple(_check(item, content, _query(item, folder, file, problems), contract) for item in content["checks"])
    due = content.get("rows_due_when")
    return Suite(table, content["gate"], content["title_zh"], _filled(due, contract) if due else None, checks)


def _query(item: dict[str, Any], folder: Path, file: Path, problems: list[str]) -> str | None:
    if "query_file" not in item:
        return item.get("query")
    sql = folder / "sql" / item["query_file"]
    query = sql.read_text(encoding="utf-8") if sql.exists() else ""
    if not query:
        problems.append(f"{file.name}: check {item['check_id']}: sql/{item['query_file']} is missing or empty")
    return query


def _check(item: dict[str, Any], suite: dict[str, Any], query: str | None, contract: str | None) -> Check:
    threshold = item.get("threshold", {})
    denominator = item.get("denominator_query")
    kwargs = dict(item.get("kwargs", {}))
    if "mostly" in threshold:
        kwargs["mostly"] = threshold["mostly"]
    return Check(
        check_id=item["check_id"],
        type=item["type"],
        kwargs=kwargs,
        query=_limited(_filled(query, contract), threshold.get("limit")) if query else None,
        denominator_query=_filled(denominator, contract) if denominator else None,
        key_columns=tuple(item.get("key_columns", suite["key_columns"])),
        severity=item["severity"],
        mostly=threshold.get("mostly"),
        share_percent=threshold.get("share_percent", 0),
        may_be_empty=item.get("may_be_empty", False),
        title_zh=item["title_zh"],
        note=item["note"],
        owner=item.get("owner", suite["owner"]),
        since=date.fromisoformat(item["since"]),
        promote_on=date.fromisoformat(item["promote_on"]) if "promote_on" in item else None,
    )


def _filled(query: str, contract: str | None) -> str:
    """Put the contract's id in place. `{batch}` stays: it is the table itself."""
    return query.strip().rstrip(";").replace("{contract}", contract or "{contract}")


def _limited(query: str, limit: float | None) -> str:
    """With a limit, only rows whose column `measured` is above it violate: the limit stands in the YAML alone."""
    return query if limit is None else f"select * from (\n{query}\n) as measurement where measured > {limit}"


def _validator(schema: dict[str, Any]) -> Any:
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def _dates_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _dates_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _place(path: Any, content: Any) -> str:
    """Where in the file, with the check's own id instead of its position."""
    steps: list[str] = []
    for step in path:
        content = content[step]
        named = content.get("check_id") if isinstance(content, dict) else None
        steps.append(str(named or step))
    return " → ".join(steps) or "top level"
