"""Turn every list of record lines of a rulebook into rows of ``rulebook.target`` and ``rulebook.record_line``."""

from decimal import Decimal
from typing import Any

from credit_grading.rulebook.tree import line_lists

Row = dict[str, Any]


def targets(data: Row) -> list[Row]:
    """One row per target; a numerator shares the target of its ratio."""
    return [
        {"purpose": target.purpose, "target_id": target.target_id}
        for target in line_lists(data)
        if not target.is_numerator
    ]


def record_lines(data: Row) -> list[Row]:
    """One row per line, and for a crosswalk one per level."""
    rows = []
    for target in line_lists(data):
        key = {"purpose": target.purpose, "target_id": target.target_id, "is_numerator": target.is_numerator}
        for _, line in target.lines:
            lines = _levels(line, data["grades"]) if target.purpose == "crosswalk" else [line]
            rows += [key | _line(one) for one in lines]
    return rows


def _levels(line: Row, grades: list[Row]) -> list[Row]:
    """Each level is a behaviour code whose points are the rank of its grade; any other level has none."""
    return [
        *(line | {"behaviour": grade["level"], "points": rank} for rank, grade in enumerate(grades, start=1)),
        line,
    ]


def _line(line: Row) -> Row:
    decay, repair = line.get("decay"), line.get("repair")
    return {
        "catalogue_item_id": line["item"],
        "behaviour_code": line.get("behaviour", ""),
        "severity": line.get("severity", ""),
        "validity_months": line.get("validity_months"),
        "longest_months": line.get("longest_months"),
        "until_cycle_end": line.get("until_cycle_end", False),
        "points": line.get("points"),
        "decay_months": [step["from_months"] for step in decay] if decay else None,
        "decay_percent": _numbers(decay, "percent"),
        "repair_within_days": [step.get("within_days") for step in repair] if repair else None,
        "repair_within_years": [step.get("within_calendar_years") for step in repair] if repair else None,
        "repair_amount_at_most": _numbers(repair, "amount_at_most"),
        "repair_percent": _numbers(repair, "returned_percent"),
    }


def _numbers(steps: list[Row] | None, key: str) -> list[Decimal | None] | None:
    # the driver takes lists of one type only
    return [None if step.get(key) is None else Decimal(step[key]) for step in steps] if steps else None
