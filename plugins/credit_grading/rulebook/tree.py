"""The parts of a rulebook in the order of the file: indicators, and every list of record lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from credit_grading.rulebook.document import Location

# What a line may say about records. A limit with one line says it without a list.
LINE_KEYS = (
    "item",
    "behaviour",
    "severity",
    "validity_months",
    "longest_months",
    "until_cycle_end",
    "points",
    "decay",
    "repair",
)


@dataclass(frozen=True)
class LineList:
    """Record lines of one target.

    `purpose` and `target_id` are those of table ``rulebook.target``; `lines` holds each line with its place.
    """

    purpose: str
    target_id: str
    is_numerator: bool
    lines: tuple[tuple[Location, dict[str, Any]], ...]


def walk_indicators(
    indicators: list[dict[str, Any]], location: Location = ("indicators",)
) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Every indicator of the tree with its place in the file, parents before children, in the order of the file."""
    for index, indicator in enumerate(indicators):
        place = (*location, index)
        yield place, indicator
        yield from walk_indicators(indicator.get("indicators", []), (*place, "indicators"))


def all_indicators(data: dict[str, Any]) -> Iterator[tuple[Location, dict[str, Any]]]:
    """The same for a whole rulebook; nothing for a crosswalk."""
    return walk_indicators(data.get("indicators", []))


def leaves(data: dict[str, Any]) -> Iterator[tuple[Location, dict[str, Any]]]:
    """The indicators without indicators under them."""
    return ((place, indicator) for place, indicator in all_indicators(data) if "indicators" not in indicator)


def line_lists(data: dict[str, Any]) -> Iterator[LineList]:
    """Every list of record lines of a rulebook, in the order in which targets are numbered."""
    yield LineList("population", "", False, ((("population",), {"item": data["population"]["item"]}),))
    for place, leaf in leaves(data):
        for key, is_numerator in (("items", False), ("numerator", True)):
            if key in leaf.get("records", {}):
                lines = _placed((*place, "records", key), leaf["records"][key])
                yield LineList("indicator", leaf["id"], is_numerator, lines)
        for purpose in ("exempt", "applicable"):
            if purpose in leaf:
                lines = _placed((*place, purpose, "items"), leaf[purpose]["items"])
                yield LineList(purpose, leaf["id"], False, lines)
    for index, limit in enumerate(data.get("limits", [])):
        yield LineList("limit", limit["id"], False, limit_lines(index, limit))
    if "crosswalk" in data:
        yield LineList("crosswalk", "", False, ((("crosswalk",), data["crosswalk"]),))


def limit_lines(index: int, limit: dict[str, Any]) -> tuple[tuple[Location, dict[str, Any]], ...]:
    """The lines of a limit, written as a list or as one line."""
    place = ("limits", index)
    if "items" in limit:
        return _placed((*place, "items"), limit["items"])
    return ((place, {key: limit[key] for key in LINE_KEYS if key in limit}),)


def _placed(location: Location, lines: list[dict[str, Any]]) -> tuple[tuple[Location, dict[str, Any]], ...]:
    return tuple(((*location, index), line) for index, line in enumerate(lines))
