"""What can be wrong with the headings of a contract: in how many ways a record may arrive, and what each means."""

from collections.abc import Mapping
from typing import Any

from credit_grading.contract.check import UNITS, suggestion, unknown_keys
from credit_grading.contract.headings import normalise_heading

LAYOUT_KEYS = ("title_zh", "headers", "values", "fixed")
# name → (the column as written, its meta)
Columns = Mapping[str, tuple[dict[str, Any], dict[str, Any]]]


def layout_problems(meta: dict[str, Any], columns: Columns) -> list[str]:
    """Mistakes of ``layouts``, of ``header_units`` and of ``part_of``, and headings that name two columns."""
    layouts = meta.get("layouts") or {}
    if not isinstance(layouts, dict):
        return ["meta.layouts must map the name of a layout to its headers"]
    problems = [
        problem
        for name, layout in layouts.items()
        for problem in _form_problems(f"meta.layouts '{name}'", layout, columns)
    ]
    if problems:
        return problems
    headings = _headings(layouts, columns)
    problems += _doubled_headings(headings)
    for name, (column, column_meta) in columns.items():
        problems += _unit_problems(name, column, column_meta, headings)
        problems += _part_problems(name, column_meta, columns)
    return problems


def _form_problems(place: str, layout: Any, columns: Columns) -> list[str]:
    if not isinstance(layout, dict):
        return [f"{place} must be a mapping of {', '.join(LAYOUT_KEYS)}"]
    problems = unknown_keys(place, layout, LAYOUT_KEYS)
    if not layout.get("title_zh"):
        problems.append(f"{place}: title_zh is missing")
    if not layout.get("headers"):
        problems.append(f"{place}: headers is missing: a layout is known by headings that only it has")
    for key, form, words in (
        ("headers", list, "to lists of headings"),
        ("values", dict, "to what received words mean"),
        ("fixed", (str, int, type(None)), "to the text that every row says, or to nothing"),
    ):
        part = layout.get(key) or {}
        if not isinstance(part, dict) or not all(isinstance(value, form) for value in part.values()):
            problems.append(f"{place}: {key} must map columns {words}")
            continue
        problems += [
            f"{place}.{key} names '{name}', which is not a column{suggestion(str(name), list(columns))}"
            for name in part
            if name not in columns
        ]
    return problems


def _headings(layouts: dict[str, Any], columns: Columns) -> list[tuple[str, str, str]]:
    """Every (heading, column, where it is declared)."""
    own = [
        (str(heading), name, f"column '{name}'")
        for name, (_, meta) in columns.items()
        for heading in dict.fromkeys(map(str, (name, *(meta.get("headers") or ()))))
    ]
    return own + [
        (str(heading), name, f"layout '{layout}'")
        for layout, declared in layouts.items()
        for name, headings in declared["headers"].items()
        for heading in headings
    ]


def _doubled_headings(headings: list[tuple[str, str, str]]) -> list[str]:
    """A heading must name one column, and a layout's headings must be its own: they are how it is recognised."""
    first: dict[str, tuple[str, str]] = {}
    problems = []
    for heading, column, place in headings:
        earlier = first.setdefault(normalise_heading(heading), (column, place))
        # full-width and half-width spellings of one heading may both be written down
        if earlier != (column, place):
            problems.append(f"heading '{heading}' of {place} ({column}) is already that of {earlier[1]} ({earlier[0]})")
    return problems


def _unit_problems(
    name: str, column: dict[str, Any], meta: dict[str, Any], headings: list[tuple[str, str, str]]
) -> list[str]:
    units = meta.get("header_units") or {}
    place = f"column '{name}'"
    # of several spellings of one heading the first is the one that a batch keeps
    spellings = {normalise_heading(heading): heading for heading, of, _ in reversed(headings) if of == name}
    accepted = list(spellings.values())
    problems = [f"{place}: header_units is for numeric columns"] if units and column["data_type"] != "numeric" else []
    for heading, unit in units.items():
        if unit not in UNITS:
            problems.append(f"{place}: header_units says '{unit}', must be one of {', '.join(UNITS)}")
        if heading not in accepted:
            problems.append(
                f"{place}: header_units names '{heading}', which is not one of its headings"
                f"{suggestion(str(heading), accepted)}"
            )
    return problems


def _part_problems(name: str, meta: dict[str, Any], columns: Columns) -> list[str]:
    whole = meta.get("part_of")
    if whole is None:
        return []
    place = f"column '{name}': part_of names '{whole}'"
    if whole not in columns or whole == name:
        return [f"{place}, which is not another column{suggestion(str(whole), list(columns))}"]
    if columns[whole][1].get("part_of"):
        return [f"{place}, which is itself a part"]
    if {columns[name][0]["data_type"], columns[whole][0]["data_type"]} != {"text"}:
        return [f"{place}: only texts can be put together"]
    return []
