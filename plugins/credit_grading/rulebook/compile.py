"""Turn a checked rulebook into rows of schema ``rulebook``. Numbers are carried over, never calculated."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from credit_grading.rulebook.check_rules import walk_indicators
from credit_grading.rulebook.document import Document, Location

Row = dict[str, Any]


def content_hash(document: Document) -> str:
    """SHA-256 of what the rulebook says. Comments and layout do not matter, nor does `in_force.until`:
    the day on which a version ends is decided when its successor is written."""
    data = dict(document.data)
    data["in_force"] = {"from": data["in_force"]["from"]}
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(number: Decimal) -> str | int:
    """The same text for 12.5 and 12.50, the same number for 12 and 12.0."""
    return int(number) if number == number.to_integral_value() else str(number.normalize())


def compile_rulebook(document: Document, stage: int) -> dict[str, list[Row]]:
    """Rows per table, tables in the order in which they must be inserted."""
    data = document.data
    key = {"rulebook_id": data["id"], "version": data["version"]}
    leaves = [indicator for _, indicator in walk_indicators(data["indicators"]) if "indicators" not in indicator]
    tables = {
        "rulebook": [_rulebook(document, stage)],
        "indicator": _indicators(data["indicators"]),
        "indicator_item": [row for leaf in leaves for row in _items(leaf)],
        "indicator_band": [row for leaf in leaves for row in _bands(leaf)],
        "grade_band": [_grade(rank, grade) for rank, grade in enumerate(data["grades"], start=1)],
        "grade_limit": [_limit(limit) for limit in data.get("limits", [])],
        "measure": [
            _measure(grade, position, measure)
            for grade, measures in data["measures"].items()
            for position, measure in enumerate(measures, start=1)
        ],
    }
    return {table: [key | row for row in rows] for table, rows in tables.items()}


def _rulebook(document: Document, stage: int) -> Row:
    data = document.data
    return {
        "title_zh": data["title"]["zh"],
        "title_en": data["title"]["en"],
        "authority_zh": data["authority"]["zh"],
        "legal_basis": json.dumps(data["legal_basis"], ensure_ascii=False),
        "in_force_from": data["in_force"]["from"],
        "in_force_until": data["in_force"]["until"],
        "cycle": data["cycle"],
        "population_subject_kinds": data["population"]["subject_kinds"],
        "population_item_id": data["population"]["item"],
        "per_facet": data["population"]["per_facet"],
        "start_score": data["score"]["start"],
        "lowest_score": data["score"].get("lowest"),
        "highest_score": data["score"].get("highest"),
        "stage": stage,
        "content_hash": content_hash(document),
        "source_text": document.text,
    }


def _indicators(indicators: list[Row]) -> list[Row]:
    places: dict[Location, str] = {}
    rows = []
    for position, (place, indicator) in enumerate(walk_indicators(indicators), start=1):
        places[place] = indicator["id"]
        records, upstream = indicator.get("records", {}), indicator.get("rulebook_score", {})
        is_leaf = "indicators" not in indicator
        rows.append(
            {
                "indicator_id": indicator["id"],
                # the place of a child is its parent's place, the key "indicators" and an index
                "parent_id": places.get(place[:-2]),
                "position": position,
                "title_zh": indicator["title"]["zh"],
                "title_en": indicator["title"]["en"],
                "weight": indicator.get("weight"),
                "is_leaf": is_leaf,
                "source": ("records" if records else "rulebook_score") if is_leaf else None,
                "source_rulebook_id": upstream.get("rulebook"),
                "aggregate": records.get("aggregate"),
                "quantity": records.get("quantity"),
                **(_scale(indicator.get("scale", {})) if is_leaf else {}),
                "value_when_missing": records.get("when_missing", upstream.get("when_missing")),
                "legal_basis": indicator.get("legal_basis"),
            }
        )
    return rows


def _scale(scale: Row) -> Row:
    if "bands" in scale:
        return {"scale": "bands"}
    # no scale: the raw value is the value
    linear = scale.get("linear", {"intercept": 0, "slope": 1})
    return {
        "scale": "linear",
        "linear_intercept": linear["intercept"],
        "linear_slope": linear["slope"],
        "lowest_value": linear.get("lowest"),
        "highest_value": linear.get("highest"),
    }


def _items(leaf: Row) -> list[Row]:
    return [
        {
            "indicator_id": leaf["id"],
            "catalogue_item_id": item["item"],
            "behaviour_code": item.get("behaviour", ""),
            "severity": item.get("severity", ""),
            "validity_months": item.get("validity_months"),
            "longest_months": item.get("longest_months"),
            "points": item.get("points"),
        }
        for item in leaf.get("records", {}).get("items", [])
    ]


def _bands(leaf: Row) -> list[Row]:
    return [
        {"indicator_id": leaf["id"], "lower": band["from"], "upper": band["until"], "value": band["value"]}
        for band in leaf.get("scale", {}).get("bands", [])
    ]


def _grade(rank: int, grade: Row) -> Row:
    return {
        "rank": rank,
        "grade": grade["grade"],
        "title_zh": grade["title"],
        "city_grade": grade["city_grade"],
        "lower": grade["from"],
        "lower_included": grade["from_included"],
        "upper": grade["until"],
        "upper_included": grade["until_included"],
    }


def _limit(limit: Row) -> Row:
    return {
        "limit_id": limit["id"],
        "effect": limit["effect"],
        "grade": limit.get("grade"),
        "title_zh": limit["title"]["zh"],
        "title_en": limit["title"]["en"],
        "catalogue_item_id": limit["item"],
        "behaviour_code": limit.get("behaviour", ""),
        "severity": limit.get("severity", ""),
        "validity_months": limit.get("validity_months"),
        "longest_months": limit.get("longest_months"),
        "legal_basis": limit.get("legal_basis"),
    }


def _measure(grade: str, position: int, measure: Row) -> Row:
    return {
        "grade": grade,
        "position": position,
        "measure_zh": measure["zh"],
        "measure_en": measure["en"],
        "inspection_ratio_percent": measure.get("inspection_ratio_percent"),
        "inspections_per_year": measure.get("inspections_per_year"),
        "legal_basis": measure.get("legal_basis"),
    }
