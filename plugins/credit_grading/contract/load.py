"""Read contracts from the dbt source files, and say plainly what is wrong with a file."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from credit_grading import paths
from credit_grading.contract.check import column_problems, contract_problems
from credit_grading.contract.check_layouts import layout_problems
from credit_grading.contract.model import Column, Contract, Layout
from credit_grading.yaml_limits import hostile_yaml

SOURCE = "landing"


class ContractFileError(ValueError):
    """At least one contract file cannot be used; ``problems`` holds one readable line per mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_contracts(folder: Path | None = None) -> dict[str, Contract]:
    """Every contract of the folder (default: the project's), by id, in name order.

    YAML files without a ``landing`` source (models alone) are passed over.
    Raises ContractFileError with all problems of all files at once.
    """
    folder = folder or paths.contracts()
    contracts: dict[str, Contract] = {}
    problems: list[str] = []
    for file in sorted(folder.glob("*.yml")):
        try:
            contract = _read(file)
        except ContractFileError as error:
            problems += error.problems
            continue
        if contract:
            contracts[contract.id] = contract
    if problems:
        raise ContractFileError(problems)
    return contracts


def load_contract(contract_id: str, folder: Path | None = None) -> Contract:
    """One contract by id. Raises ContractFileError where it is missing or malformed."""
    folder = folder or paths.contracts()
    file = folder / f"{contract_id}.yml"
    if not file.is_file():
        known = [other.stem for other in folder.glob("*.yml")]
        close = get_close_matches(contract_id, known, 1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise ContractFileError([f"{file}: there is no contract '{contract_id}'{hint}"])
    contract = _read(file)
    if contract is None:
        raise ContractFileError([f"{file}: has no source '{SOURCE}', so it is not a contract"])
    return contract


def _read(file: Path) -> Contract | None:
    sources = _document(file).get("sources")
    if not isinstance(sources or [], list):
        raise ContractFileError([f"{file}: sources must be a list"])
    landing = [source for source in sources or [] if isinstance(source, dict) and source.get("name") == SOURCE]
    if not landing:
        return None
    tables = [table for source in landing for table in _listed(source, "tables")]
    if len(tables) != 1 or not isinstance(tables[0], dict):
        raise ContractFileError([f"{file}: must declare exactly one table in source '{SOURCE}', found {len(tables)}"])
    return _contract(file, tables[0])


def _document(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
        if refused := hostile_yaml(text):
            raise ContractFileError([f"{file}: line {refused[0]}: {refused[1]}"])
        document = yaml.load(text, Loader=yaml.CSafeLoader)
    # the loader's own constructors raise ValueError and its kin: of a day that is none, of a number without digits
    except (yaml.YAMLError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        if isinstance(error, ContractFileError):
            raise
        raise ContractFileError([f"{file}: is not valid YAML: {error}"]) from error
    return document if isinstance(document, dict) else {}


def _listed(node: dict[str, Any], key: str) -> list[Any]:
    """The list under a key; what is no list counts as one thing that is wrong."""
    value = node.get(key) or []
    return value if isinstance(value, list) else [value]


def _contract(file: Path, table: dict[str, Any]) -> Contract:
    meta = _meta(table)
    raw_columns = [column for column in _listed(table, "columns") if isinstance(column, dict)]
    problems = contract_problems(file.stem, table, meta, [str(column.get("name")) for column in raw_columns])
    if len(raw_columns) < len(_listed(table, "columns")):
        problems.append("every column is a group of keys with a name")
    for column in raw_columns:
        problems += column_problems(column, _meta(column))
    # these look into the structure, so they wait until it is sound
    problems = problems or layout_problems(meta, {str(c["name"]): (c, _meta(c)) for c in raw_columns})
    if problems:
        raise ContractFileError([f"{file}: {problem}" for problem in problems])
    return Contract(
        id=str(table["name"]),
        title_zh=str(meta["title_zh"]),
        description=str(table.get("description", "")),
        standard=str(meta.get("standard", "")),
        natural_key=tuple(meta["natural_key"]),
        subject=dict(meta["subject"]),
        version_column=meta.get("version_column"),
        columns=tuple(_column(column) for column in raw_columns),
        layouts=tuple(_layout(str(name), raw) for name, raw in (meta.get("layouts") or {}).items()),
    )


def _column(raw: dict[str, Any]) -> Column:
    meta = _meta(raw)
    required = bool(meta.get("required", False))
    checks = meta.get("check") or ()
    return Column(
        name=raw["name"],
        data_type=raw["data_type"],
        description=str(raw.get("description", "")),
        headers=_texts(meta.get("headers")),
        required=required,
        header_required=bool(meta.get("header_required", required)),
        checks=(checks,) if isinstance(checks, str) else tuple(checks),
        unit=meta.get("unit"),
        values=_text_map(meta.get("values")) or None,
        open_ended=_texts(meta.get("open_ended")),
        null_markers=_texts(meta.get("null_markers")),
        personal=bool(meta.get("personal", False)),
        header_units=_text_map(meta.get("header_units")),
        part_of=meta.get("part_of"),
    )


def _layout(name: str, raw: dict[str, Any]) -> Layout:
    return Layout(
        name=name,
        title_zh=str(raw["title_zh"]),
        headers={str(column): _texts(headings) for column, headings in raw["headers"].items()},
        values={str(column): _text_map(values) for column, values in (raw.get("values") or {}).items()},
        fixed={str(k): v if v is None else str(v) for k, v in (raw.get("fixed") or {}).items()},
    )


def _meta(node: dict[str, Any]) -> dict[str, Any]:
    config = node.get("config")
    meta = config.get("meta") if isinstance(config, dict) else None
    return meta if isinstance(meta, dict) else {}


def _texts(values: Any) -> tuple[str, ...]:
    # YAML reads an unquoted 2099-12-31 as a date; its text is the ISO form again
    return tuple(str(value) for value in values or ())


def _text_map(values: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in (values or {}).items()}
