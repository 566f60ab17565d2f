"""Turn a checked rulebook into rows of schema ``rulebook``. Numbers are carried over, never calculated."""

import hashlib
import json
from decimal import Decimal

from credit_grading.rulebook.compile_lines import Row, record_lines, targets
from credit_grading.rulebook.document import Document, Location
from credit_grading.rulebook.tree import all_indicators, leaves


def content_hash(document: Document) -> str:
    """SHA-256 of what the rulebook says. Comments and layout do not matter, nor does `in_force.until`:
    the day on which a version ends is decided when its successor is written."""
    data = dict(document.data)
    data["in_force"] = {"from": data["in_force"]["from"]}
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(number: Decimal) -> str | int:
    """The same text for 12.5 and 12.50, the same number for 12 and 12.0."""
    return int(number) if number == number.to_integral_value() else format(number, "f").rstrip("0")


def compile_rulebook(document: Document, stage: int) -> dict[str, list[Row]]:
    """Rows per table, tables in the order in which they must be inserted."""
    data = document.data
    key = {"rulebook_id": data["id"], "version": data["version"]}
    tables = {
        "rulebook": [_rulebook(document, stage)],
        "indicator": _indicators(data),
        "target": targets(data),
        "record_line": record_lines(data),
        "indicator_band": [row for _, leaf in leaves(data) for row in _bands(leaf)],
        "grade_limit": [_limit(limit) for limit in data.get("limits", [])],
        "grade_band": [_grade(rank, grade) for rank, grade in enumerate(data["grades"], start=1)],
        "grade_condition": [
            {
                "grade": grade["grade"],
                "position": position,
                "indicator_id": condition["indicator"],
                "at_least": condition.get("at_least"),
                "at_most": condition.get("at_most"),
            }
            for grade in data["grades"]
            for position, condition in enumerate(grade.get("requires", []), start=1)
        ],
        "measure": [
            _measure(grade, position, measure)
            for grade, measures in data["measures"].items()
            for position, measure in enumerate(measures, start=1)
        ],
        "scenario_effect": [
            _effect(grade, position, effect) | {"scenario": scenario["scenario"]}
            for scenario in data.get("scenarios", [])
            for grade, effects in scenario["effects"].items()
            for position, effect in enumerate(effects, start=1)
        ],
    }
    return {table: [key | row for row in rows] for table, rows in tables.items()}


def _rulebook(document: Document, stage: int) -> Row:
    data = document.data
    score = data.get("score", {})
    month, day = (int(part) for part in data["cycle"]["year_begins"].split("-")) if _has_year(data) else (None, None)
    return {
        "kind": "crosswalk" if "crosswalk" in data else "scored",
        "title_zh": data["title"]["zh"],
        "title_en": data["title"]["en"],
        "authority_zh": data["authority"]["zh"],
        "legal_basis": json.dumps(data["legal_basis"], ensure_ascii=False),
        "in_force_from": data["in_force"]["from"],
        "in_force_until": data["in_force"]["until"],
        "cycle": "daily",
        "year_begins_month": month,
        "year_begins_day": day,
        "population_subject_kinds": data["population"]["subject_kinds"],
        "population_item_id": data["population"]["item"],
        "per_facet": data["population"]["per_facet"],
        "start_score": score.get("start"),
        "lowest_score": score.get("lowest"),
        "highest_score": score.get("highest"),
        "minimum_known_percent": data.get("availability", {}).get("minimum_percent"),
        "stage": stage,
        "content_hash": content_hash(document),
        "source_text": document.text,
    }


def _has_year(data: Row) -> bool:
    return isinstance(data["cycle"], dict)


def _indicators(data: Row) -> list[Row]:
    places: dict[Location, str] = {}
    rows = []
    for position, (place, indicator) in enumerate(all_indicators(data), start=1):
        places[place] = indicator["id"]
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
                "is_scored": indicator.get("scored", True),
                "redistributes": indicator.get("redistribute", False),
                "once_per_case": indicator.get("records", {}).get("once_per_case", False),
                "has_exemption": "exempt" in indicator,
                "has_applicability": "applicable" in indicator,
                "legal_basis": indicator.get("legal_basis"),
                **(_leaf(indicator) if is_leaf else {}),
            }
        )
    return rows


def _leaf(leaf: Row) -> Row:
    records, upstream = leaf.get("records", {}), leaf.get("rulebook_score", {})
    facets, stale = upstream.get("facets", {}), leaf.get("stale", {})
    return {
        "source": "records" if records else "rulebook_score",
        "source_rulebook_id": upstream.get("rulebook"),
        "facet_aggregate": facets.get("aggregate"),
        "aggregate": records.get("aggregate"),
        "quantity": records.get("quantity"),
        "weighted_by": records.get("weighted_by", facets.get("weighted_by")),
        **_scale(leaf.get("scale", {})),
        "value_when_missing": records.get("when_missing", upstream.get("when_missing")),
        "value_when_stale": stale.get("value"),
        "value_when_exempt": leaf.get("exempt", {}).get("value"),
        "value_when_not_applicable": leaf.get("applicable", {}).get("otherwise"),
        "stale_after_months": stale.get("after_months"),
        "direction": leaf.get("direction"),
    }


def _scale(scale: Row) -> Row:
    if "bands" in scale:
        return {"scale": "bands"}
    if "goalposts" in scale:
        posts = scale["goalposts"]
        return {"scale": "goalposts", "goalpost_worst": posts["worst"], "goalpost_best": posts["best"]}
    # no scale: the raw value is the value
    linear = scale.get("linear", {"intercept": 0, "slope": 1})
    return {
        "scale": "linear",
        "linear_intercept": linear["intercept"],
        "linear_slope": linear["slope"],
        "lowest_value": linear.get("lowest"),
        "highest_value": linear.get("highest"),
    }


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
        "lower": grade.get("from"),
        "lower_included": grade.get("from_included", False),
        "upper": grade.get("until"),
        "upper_included": grade.get("until_included", False),
        "level": grade.get("level"),
        "level_score": grade.get("score"),
    }


def _limit(limit: Row) -> Row:
    return {
        "limit_id": limit["id"],
        "effect": limit["effect"],
        "grade": limit.get("grade"),
        "title_zh": limit["title"]["zh"],
        "title_en": limit["title"]["en"],
        "quantity": limit.get("quantity"),
        "total_at_least": limit.get("total_at_least"),
        "single_at_least": limit.get("single_at_least"),
        "count_at_least": limit.get("count_at_least"),
        "lasts_months": limit.get("lasts_months"),
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


def _effect(grade: str, position: int, effect: Row) -> Row:
    return {
        "grade": grade,
        "position": position,
        "effect": effect["effect"],
        "value": effect.get("value"),
        "effect_zh": effect["zh"],
        "effect_en": effect["en"],
        "legal_basis": effect.get("legal_basis"),
    }
