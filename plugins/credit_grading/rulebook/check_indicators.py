"""Checks of the tree of indicators: weights, redistribution, and what each leaf must say."""

from typing import Any

from credit_grading.rulebook.check_records import UNKNOWN_WITHOUT_RECORDS, check_records
from credit_grading.rulebook.check_scale import check_scale
from credit_grading.rulebook.document import Document, Location
from credit_grading.rulebook.tree import all_indicators

FULL_WEIGHT = 100
LEAF_ONLY = ("scored", "direction", "scale", "stale", "exempt", "applicable")
# Where each state has its value: the part of the leaf, the key in it.
VALUES = (
    ("records", "when_missing"),
    ("rulebook_score", "when_missing"),
    ("stale", "value"),
    ("exempt", "value"),
    ("applicable", "otherwise"),
)


def check_indicators(document: Document) -> None:
    """Note every fault of the tree in the document; nothing to do for a crosswalk."""
    if "indicators" not in document.data:
        return
    seen: set[str] = set()
    for location, indicator in all_indicators(document.data):
        if indicator["id"] in seen:
            document.problem((*location, "id"), f"indicator '{indicator['id']}' exists twice")
        seen.add(indicator["id"])
    indicators = document.data["indicators"]
    _check_weights(document, ("indicators",), indicators, "the first level")
    _check_level(document, ("indicators",), indicators, redistributing=None)


def _check_level(
    document: Document, location: Location, siblings: list[dict[str, Any]], redistributing: str | None
) -> None:
    for index, indicator in enumerate(siblings):
        place = (*location, index)
        if "indicators" in indicator:
            _check_group(document, place, indicator, redistributing)
        else:
            _check_leaf(document, place, indicator, redistributing)


def _check_group(document: Document, place: Location, group: dict[str, Any], redistributing: str | None) -> None:
    for key in LEAF_ONLY:
        if key in group:
            document.problem((*place, key), f"only an indicator without indicators under it has '{key}'")
    children = (*place, "indicators")
    _check_weights(document, children, group["indicators"], f"'{group['id']}'")
    if group.get("redistribute"):
        if redistributing:
            document.problem(
                (*place, "redistribute"),
                f"'{group['id']}' stands in '{redistributing}': groups with 'redistribute' do not stand inside "
                "each other",
            )
        if not any("weight" in child for child in group["indicators"]):
            document.problem(children, f"'{group['id']}' redistributes weights: its indicators need them")
        redistributing = redistributing or group["id"]
    _check_level(document, children, group["indicators"], redistributing)


def _check_leaf(document: Document, place: Location, leaf: dict[str, Any], redistributing: str | None) -> None:
    if "redistribute" in leaf:
        document.problem((*place, "redistribute"), "only an indicator with indicators under it has 'redistribute'")
    if "records" in leaf:
        check_records(document, (*place, "records"), leaf["records"])
    elif "stale" in leaf:
        document.problem((*place, "stale"), "'stale' looks at records: a score of another rulebook has none here")
    check_scale(document, place, leaf)
    facets = leaf.get("rulebook_score", {}).get("facets", {})
    if "weighted_by" in facets and facets["aggregate"] != "mean":
        document.problem(
            (*place, "rulebook_score", "facets"), f"'weighted_by' belongs to 'mean', not to '{facets['aggregate']}'"
        )
    if redistributing:
        return
    for part, key in VALUES:
        if part not in leaf or key in leaf[part]:
            continue
        if part == "records" and leaf[part]["aggregate"] not in UNKNOWN_WITHOUT_RECORDS:
            continue
        document.problem(
            (*place, part),
            f"'{leaf['id']}' needs '{key}' in '{part}': it may be left out only in a group with 'redistribute: true'",
        )


def _check_weights(document: Document, location: Location, siblings: list[dict[str, Any]], parent: str) -> None:
    weights, without = [], 0
    for index, sibling in enumerate(siblings):
        if not sibling.get("scored", True):
            if "weight" in sibling:
                document.problem((*location, index, "weight"), f"'{sibling['id']}' is not scored: it has no weight")
        elif "weight" in sibling:
            weights.append(sibling["weight"])
        else:
            without += 1
    book = f"{document.data['id']} {document.data['version']}"
    if weights and without:
        document.problem(location, f"of the indicators of {parent} some have a weight and some have none: all or none")
    elif weights and sum(weights) != FULL_WEIGHT:
        document.problem(location, f"weights of {parent} in {book} sum to {sum(weights)}, must be {FULL_WEIGHT}")
