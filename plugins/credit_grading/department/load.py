"""Load the department files, or say everything that is wrong with them, by file and line."""

import json
from collections.abc import Collection
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from credit_grading import paths
from credit_grading.department.check import cross_problems
from credit_grading.department.model import (
    MAXIMUM_DISAPPEARED_PERCENT,
    Assertions,
    Delivery,
    Department,
    Feed,
    OutgoingDelivery,
    Subscription,
)
from credit_grading.department.read import read_document
from credit_grading.department.schema import Found, schema_problems


class DepartmentFileError(ValueError):
    """At least one department file cannot be used; ``problems`` holds one readable line per mistake.

    ``departments`` holds those whose file is right: one department's mistake does not stop the others.
    """

    def __init__(self, problems: list[str], departments: list[Department] | None = None) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.departments = departments or []


def schema_path() -> Path:
    """The published JSON Schema of department files."""
    return paths.home() / "dags" / "departments" / "schema.json"


def load_departments(folder: Path | None = None, contracts: Collection[str] | None = None) -> list[Department]:
    """All departments of the folder (default: the project's), by id.

    Args:
        folder: holds one ``<id>.yml`` per department.
        contracts: known contract ids; default: those of the dbt project.

    Raises DepartmentFileError with every problem of every file at once.
    """
    folder = folder or paths.departments()
    # a contract's file is named after it; reading them all would cost each parse more than the departments do
    known = [file.stem for file in paths.contracts().glob("*.yml")] if contracts is None else contracts
    # every version of a rulebook is a file of its own: <id>@<version>.yml
    rulebooks = frozenset(file.stem.partition("@")[0] for file in paths.rulebooks().glob("*.yml"))
    departments: list[Department] = []
    problems: list[str] = []
    for file in sorted(folder.glob("*.yml")):
        department, found = _examined(file.stem, file.read_bytes(), frozenset(known), rulebooks)
        if department:
            departments.append(department)
        problems += [f"{_shown(file)} line {line}: {message}" for line, message in found]
    if problems:
        raise DepartmentFileError(problems, departments)
    return departments


# by content: three DAG files ask for the same departments, and checking them is most of what a parse costs
@lru_cache(maxsize=256)
def _examined(
    stem: str, content: bytes, contracts: frozenset[str], rulebooks: frozenset[str]
) -> tuple[Department | None, list[Found]]:
    """The department of a file, or None and what is wrong with the file."""
    document, found = read_document(content)
    if document is not None:
        # cross-checks look into the structure, so they wait until it is sound
        found = schema_problems(document, _schema()) or cross_problems(document, stem, contracts, rulebooks)
    return (None, sorted(found)) if found else (_department(document), [])


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(schema_path().read_text(encoding="utf-8"))
    return schema


def _shown(file: Path) -> str:
    try:
        return str(file.resolve().relative_to(paths.home()))
    except ValueError:
        return str(file)


def _department(document: Any) -> Department:
    live_since = _day(document.get("live_since"))
    return Department(
        id=str(document["id"]),
        title_zh=str(document["title"]["zh"]),
        title_en=str(document["title"]["en"]),
        owner=str(document["owner"]),
        maintainers=[str(address) for address in document["maintainers"]],
        legal_basis=[str(text) for text in document["legal_basis"]],
        batch=str(document["roll_out_batch"]),
        schedule=None if document["schedule"] is None else str(document["schedule"]),
        reads=[str(granted) if isinstance(granted, str) else _subscription(granted) for granted in document["reads"]],
        feeds=[_feed(feed, live_since) for feed in document["feeds"]],
        deliveries=[_outgoing(delivery) for delivery in document.get("deliveries", ())],
    )


def _subscription(raw: Any) -> Subscription:
    return Subscription(
        rulebook_id=str(raw["rulebook"]),
        purpose=str(raw["purpose"]).strip(),
        legal_basis=str(raw["legal_basis"]).strip(),
        granted_from=date.fromisoformat(raw["from"]),
        granted_until=date.fromisoformat(raw["until"]),
        divisions=tuple(sorted(str(code) for code in raw.get("divisions", ()))),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _feed(raw: Any, live_since: date | None) -> Feed:
    assertions = raw["assertions"]
    own = _day(raw["live_since"]) if "live_since" in raw else live_since
    return Feed(
        id=str(raw["id"]),
        contract_id=str(raw["contract"]),
        title_zh=str(raw["title"]["zh"]),
        title_en=str(raw["title"]["en"]),
        source=dict(raw["source"]),
        legal_basis=str(raw["legal_basis"]),
        cadence=str(raw["cadence"]),
        grace_days=int(raw.get("grace_days", 0)),
        due=_plain(raw["due"]) if "due" in raw else None,
        assertions=Assertions(
            minimum_rows=assertions.get("minimum_rows", 1),
            maximum_rows=assertions.get("maximum_rows"),
            rejected_share_percent=assertions.get("rejected_share_percent"),
            filled_percent=dict(assertions.get("filled_percent", {})),
        ),
        delivery=_delivery(raw.get("delivery", {})),
        headers=dict(raw.get("headers", {})),
        live_since=max(own, live_since) if own and live_since else None,
    )


def _delivery(raw: Any) -> Delivery:
    return Delivery(
        kind=str(raw.get("kind", "append")),
        maximum_disappeared_percent=raw.get("maximum_disappeared_percent", MAXIMUM_DISAPPEARED_PERCENT),
        parts_of=raw.get("parts_of"),
        operation=raw.get("operation"),
        written=tuple(str(word) for word in raw.get("written", ())),
        deleted=tuple(str(word) for word in raw.get("deleted", ())),
        sequence=raw.get("sequence"),
    )


def _outgoing(raw: Any) -> OutgoingDelivery:
    return OutgoingDelivery(
        id=str(raw["id"]),
        kind=str(raw["kind"]),
        what=tuple(str(table) for table in raw["what"]),
        mode=str(raw["mode"]),
        purpose=str(raw["purpose"]),
        connection=raw.get("connection"),
        rulebooks=tuple(str(rulebook) for rulebook in raw["rulebooks"]) if "rulebooks" in raw else None,
    )


def _plain(rule: Any) -> dict[str, Any]:
    """Without what the YAML reader adds to its values: the rule goes to the warehouse as JSON."""
    return {str(key): list(value) if isinstance(value, list) else value for key, value in rule.items()}
