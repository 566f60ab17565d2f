"""What a rulebook says arrives in the tables of schema ``rulebook``, number for number."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from credit_grading.rulebook.load import load_rulebooks
from tests.unit.rulebook_folder import COMPLETE, change, copy_to


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_to(tmp_path)


def rows(connection: psycopg.Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode()).fetchall()


def test_numbers_arrive_exactly(warehouse: psycopg.Connection, folder: Path) -> None:
    change(folder, COMPLETE, ("weight: 60", "weight: 59.99999999999999999999"))
    change(folder, COMPLETE, ("weight: 40\n    red", "weight: 40.00000000000000000001\n    red"))
    load_rulebooks(warehouse, folder)
    weights = (
        "select weight from rulebook.indicator where rulebook_id = 'complete' and parent_id is null order by position"
    )
    assert rows(warehouse, weights) == [
        (Decimal("59.99999999999999999999"),),
        (Decimal("40.00000000000000000001"),),
        (None,),
    ]


def test_the_tree_keeps_its_order_and_parents(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    assert rows(
        warehouse,
        "select indicator_id, parent_id, is_leaf, is_scored, redistributes from rulebook.indicator "
        "where rulebook_id = 'complete' order by position",
    ) == [
        ("conduct", None, False, True, False),
        ("penalties", "conduct", True, True, False),
        ("behaviour_points", "conduct", True, True, False),
        ("share_of_honours", "conduct", True, True, False),
        ("overall", None, False, True, True),
        ("sections", "overall", True, True, False),
        ("level_elsewhere", "overall", True, True, False),
        ("number_of_honours", None, True, False, False),
    ]


def test_every_part_of_a_leaf_has_its_column(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    assert rows(
        warehouse,
        "select indicator_id, source, aggregate, once_per_case, scale, linear_slope, goalpost_best, "
        "value_when_missing, value_when_stale, stale_after_months, value_when_exempt, value_when_not_applicable, "
        "has_exemption, has_applicability, direction, source_rulebook_id, facet_aggregate, weighted_by "
        "from rulebook.indicator where rulebook_id = 'complete' and is_leaf order by position",
    ) == [
        ("penalties", "records", "count", False, "bands", *[None] * 7, False, False, "lower", *[None] * 3),
        ("behaviour_points", "records", "sum", True, "linear", -5, *[None] * 6, False, False, None, *[None] * 3),
        ("share_of_honours", "records", "ratio", False, "goalposts", None, Decimal("0.5"), 80, 60, 24, 100, 90, True,
         True, "higher", *[None] * 3),
        ("sections", "rulebook_score", None, False, "linear", 1, *[None] * 6, False, False, None, "per_section", "mean",
         "amount"),
        ("level_elsewhere", "rulebook_score", None, False, "linear", 1, None, 70, *[None] * 4, False, False, None,
         "levels", None, None),
        ("number_of_honours", "records", "count", False, "linear", 1, *[None] * 6, False, False, None, *[None] * 3),
    ]  # fmt: skip
    assert rows(
        warehouse,
        "select indicator_id, weighted_by from rulebook.indicator where rulebook_id = 'per_section' and version = '1' "
        "and aggregate = 'mean'",
    ) == [("mean_of_deductions", "amount")]


def test_every_look_at_records_is_a_target_with_lines(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    targets = rows(
        warehouse,
        "select purpose, target_id, count(catalogue_item_id), count(*) filter (where is_numerator) "
        "from rulebook.target left join rulebook.record_line using (rulebook_id, version, purpose, target_id) "
        "where rulebook_id = 'complete' group by target_no, purpose, target_id order by target_no",
    )
    assert targets == [
        ("population", "", 1, 0),
        ("indicator", "penalties", 1, 0),
        ("indicator", "behaviour_points", 3, 0),
        ("indicator", "share_of_honours", 3, 1),
        ("exempt", "share_of_honours", 1, 0),
        ("applicable", "share_of_honours", 1, 0),
        ("indicator", "number_of_honours", 1, 0),
        ("limit", "serious_dishonesty", 1, 0),
        ("limit", "repeated", 1, 0),
        ("limit", "suspended", 1, 0),
    ]


def test_lines_keep_their_steps(warehouse: psycopg.Connection, folder: Path) -> None:
    load_rulebooks(warehouse, folder)
    assert rows(
        warehouse,
        "select catalogue_item_id, behaviour_code, severity, validity_months, until_cycle_end, points, decay_months, "
        "decay_percent, repair_within_days, repair_within_years, repair_amount_at_most, repair_percent "
        "from rulebook.record_line where target_id = 'behaviour_points' order by 1, 2",
    ) == [
        ("administrative_penalty", "", "serious", None, False, 5, None, None, [3, 30, 30, None, None],
         [None, None, None, 0, None], [None, 2000, None, None, None], [100, 100, 80, 60, 40]),
        ("bidding_bad_behaviour", "", "", None, True, *[None] * 7),
        ("bidding_bad_behaviour", "ZJ508", "", 36, False, 15, [12, 24], [50, 0], *[None] * 4),
    ]  # fmt: skip


def test_a_crosswalk_becomes_one_line_per_level_and_one_for_any_other(
    warehouse: psycopg.Connection, folder: Path
) -> None:
    load_rulebooks(warehouse, folder)
    assert rows(
        warehouse,
        "select behaviour_code, points, longest_months from rulebook.record_line where purpose = 'crosswalk' "
        "order by points",
    ) == [("A", 1, 24), ("new", 2, 24), ("D", 3, 24), ("", None, 24)]
    assert rows(
        warehouse,
        "select rank, grade, city_grade, level, level_score, lower, upper from rulebook.grade_band "
        "where rulebook_id = 'levels' order by rank",
    ) == [
        (1, "A", "A", "A", 100, None, None),
        (2, "M", None, "new", None, None, None),
        (3, "D", "E", "D", Decimal("0.5"), None, None),
    ]
    assert rows(warehouse, "select kind, start_score from rulebook.rulebook where rulebook_id = 'levels'") == [
        ("crosswalk", None)
    ]


def test_the_year_availability_limits_conditions_and_effects_arrive(
    warehouse: psycopg.Connection, folder: Path
) -> None:
    load_rulebooks(warehouse, folder)
    assert rows(
        warehouse,
        "select kind, cycle, year_begins_month, year_begins_day, minimum_known_percent, population_subject_kinds "
        "from rulebook.rulebook where rulebook_id = 'complete'",
    ) == [("scored", "daily", 3, 1, 60, ["coded", "person"])]
    assert rows(
        warehouse,
        "select limit_id, effect, grade, quantity, total_at_least, single_at_least, count_at_least, lasts_months "
        "from rulebook.grade_limit order by limit_id",
    ) == [
        ("repeated", "cap", "B", None, None, None, 2, None),
        ("serious_dishonesty", "veto", "C", *[None] * 5),
        ("suspended", "no_grade", None, "points_counted", 25, 15, None, 6),
    ]
    assert rows(
        warehouse, "select grade, position, indicator_id, at_least, at_most from rulebook.grade_condition order by 2"
    ) == [("A", 1, "number_of_honours", 1, None), ("A", 2, "penalties", None, 0)]
    assert rows(
        warehouse, "select scenario, grade, position, effect, value, effect_zh from rulebook.scenario_effect order by 2"
    ) == [
        ("public_resource_trading", "A", 1, "bid_points", 2, "评标加2分"),
        ("public_resource_trading", "C", 1, "exclusion", None, "依法限制参加"),
    ]
