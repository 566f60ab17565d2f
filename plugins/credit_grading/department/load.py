"""Load the department files, or say everything that is wrong with them, by file and line."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from credit_grading import paths
from credit_grading.contract.load import load_contracts
from credit_grading.department.check import cross_problems
from credit_grading.department.model import MAXIMUM_DISAPPEARED_PERCENT, Assertions, Delivery, Department, Feed
from credit_grading.department.schema import schema_problems


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
    known = load_contracts() if contracts is None else contracts
    schema = json.loads(schema_path().read_text(encoding="utf-8"))
    departments: list[Department] = []
    problems: list[str] = []
    for file in sorted(folder.glob("*.yml")):
        document, found = _read(file)
        if document is not None:
            found = schema_problems(document, schema)
            # cross-checks look into the structure, so they wait until it is sound
            found = found or cross_problems(document, file.stem, known)
        if found:
            problems += [f"{_shown(file)} line {line}: {message}" for line, message in sorted(found)]
        else:
            departments.append(_department(document))
    if problems:
        raise DepartmentFileError(problems, departments)
    return departments


def _shown(file: Path) -> str:
    try:
        return str(file.resolve().relative_to(paths.home()))
    except ValueError:
        return str(file)


def _read(file: Path) -> tuple[Any, list[tuple[int, str]]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        document = YAML(typ="rt").load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(str(error.problem or error.context).split())
        return None, [(mark.line + 1 if mark else 1, f"不是有效的 YAML（not valid YAML）: {what}")]
    except (YAMLError, UnicodeDecodeError) as error:
        return None, [(1, f"文件无法读取（cannot be read, it must be UTF-8）: {type(error).__name__}")]
    if not isinstance(document, dict):
        return None, [(1, "文件是空的，或不是键和值（the file is empty, or not a mapping of keys）")]
    return document, []


def _department(document: Any) -> Department:
    return Department(
        id=str(document["id"]),
        title_zh=str(document["title"]["zh"]),
        title_en=str(document["title"]["en"]),
        owner=str(document["owner"]),
        maintainers=[str(address) for address in document["maintainers"]],
        legal_basis=[str(text) for text in document["legal_basis"]],
        batch=str(document["roll_out_batch"]),
        schedule=None if document["schedule"] is None else str(document["schedule"]),
        reads=[str(rulebook) for rulebook in document["reads"]],
        feeds=[_feed(feed) for feed in document["feeds"]],
    )


def _feed(raw: Any) -> Feed:
    assertions = raw["assertions"]
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


def _plain(rule: Any) -> dict[str, Any]:
    """Without what the YAML reader adds to its values: the rule goes to the warehouse as JSON."""
    return {str(key): list(value) if isinstance(value, list) else value for key, value in rule.items()}
