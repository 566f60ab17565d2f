"""Faults within one rulebook that only its sense shows: sums, bands, references, things that have no meaning."""

from pathlib import Path

import pytest

from credit_grading.rulebook.catalogue import CatalogueItem, read_catalogue
from credit_grading.rulebook.problem import RulebookError
from credit_grading.rulebook.read import check_rulebooks
from tests.unit.rulebook_folder import COMPLETE, FIRST, LEVELS, SECOND, change, copy_to, faults, line_of

GENERAL = {
    "no such day": ("from: 2026-01-01", "from: 2026-02-30", "2026-02-30 is not a day of the calendar"),
    "end before begin": ("until: null}\ncycle", "until: 2025-12-31}\ncycle", "'until' must be later than 'from'"),
    "clamp upside down": ("lowest: 0, highest: 100}\nav", "lowest: 100, highest: 0}\nav", "must be below highest (0)"),
    "unknown item": (
        "item: honour}]\n    ",
        "item: honor}]\n    ",
        "'honor' is not in the catalogue; did you mean hono",
    ),
    "year without a day": ('{evaluated: daily, year_begins: "03-01"}', "daily", "needs the day on which a year of poi"),
    "two validities": (
        "longest_months: 36}",
        "longest_months: 36, validity_months: 6}",
        "only shortens it: choose one",
    ),
    "line twice": (
        "[{item: honour}, {",
        "[{item: honour}, {item: honour}, {",
        "this behaviour and severity is listed tw",
    ),
    "decay backwards": ("from_months: 24", "from_months: 12", "stand in ascending order: 12 months after 12 months"),
    "repair never reached": (
        "{within_days: 30, amount_at_most: 2000, returned_percent: 100}",
        "{within_days: 2, amount_at_most: 2000, returned_percent: 100}",
        "this step of 'repair' is never reached: where it fits, step 1 fits already",
    ),
    "repair after the rest": (
        "{within_days: 30, returned_percent: 80}",
        "{returned_percent: 80}",
        "is never reached: where it fits, step 3 fits already",
    ),
}
INDICATORS = {
    "weights": ("weight: 60", "weight: 55", "weights of the first level in complete 1 sum to 95, must be 100"),
    "inner weights": ("weight: 20", "weight: 30", "weights of 'overall' in complete 1 sum to 110, must be 100"),
    "half weighted": ("    weight: 60\n", "", "of the first level some have a weight and some have none"),
    "unscored with weight": (
        "scored: false",
        "scored: false\n    weight: 10",
        "'number_of_honours' is not scored: it ",
    ),
    "indicator twice": ("id: number_of_honours\n", "id: penalties\n", "indicator 'penalties' exists twice"),
    "scale of a group": ("redistribute: true", "scale: {goalposts: {worst: 0, best: 1}}", "only an indicator without"),
    "direction of a group": ("redistribute: true", "direction: lower", "indicators under it has 'direction'"),
    "leaf that redistributes": (
        "scored: false",
        "redistribute: true",
        "only an indicator with indicators under it has",
    ),
    "value left out": ("when_missing: 80", "once_per_case: true", "'share_of_honours' needs 'when_missing' in 'record"),
    "stale value left out": (
        "after_months: 24, value: 60",
        "after_months: 24",
        "needs 'value' in 'stale': it may be l",
    ),
    "exempt value left out": (
        "{item: construction_no_scored_qualification}], value: 100",
        "{item: construction_no_scored_qualification}]",
        "'share_of_honours' needs 'value' in 'exempt'",
    ),
    "otherwise left out": (", otherwise: 90", "", "'share_of_honours' needs 'otherwise' in 'applicable'"),
    "score left out": (
        "redistribute: true",
        "redistribute: false",
        "'sections' needs 'when_missing' in 'rulebook_scor",
    ),
    "stale score": (
        "rulebook_score: {rulebook: levels, when_missing: 70}",
        "rulebook_score: {rulebook: levels}\n        stale: {after_months: 1}",
        "'stale' looks at records: a score of another rulebook has none here",
    ),
    "weighted minimum": ("aggregate: mean, weighted_by", "aggregate: minimum, weighted_by", "belongs to 'mean', not "),
    "bands leave a gap": ("from: 1, until: 3", "from: 2, until: 3", "bands of 'penalties' leave a gap between 2 and 1"),
    "bands overlap": ("until: 1, value: 100", "until: 2, value: 100", "bands of 'penalties' overlap between 1 and 2"),
    "bands do not begin": ("from: null, until: 1", "from: 0, until: 1", "the first must begin with 'from: null'"),
    "bands do not end": ("from: 3, until: null", "from: 3, until: 9", "the last must end with 'until: null'"),
    "bands open within": ("from: 3, until: null", "from: null, until: null", "only the outer ends may be null"),
    "band is empty": ("from: 1, until: 3", "from: 3, until: 3", "a band of 'penalties' is empty: from 3 until 3"),
    "goalposts": ("best: 0.5", "best: 0", "goalposts of 'share_of_honours': worst and best must differ"),
    "linear ends": ("slope: -5, lowest: 0", "slope: -5, lowest: 200", "lowest must not be above highest"),
    "bands run up": ("direction: lower", "direction: higher", "higher raw values are better, but by its scale the va"),
    "goalposts run down": ("worst: 0, best: 0.5", "worst: 1, best: 0.5", "the value falls as they rise"),
    "linear runs down": (
        "weight: 30\n        legal",
        "weight: 30\n        direction: higher\n        legal",
        "falls as",
    ),
}
RECORDS = {
    "count with quantity": ("aggregate: count, items: [{item: adm", "aggregate: count, quantity: amount, items: "
        "[{item: adm", "'count' counts records: 'quantity' has no meaning here"),
    "count with points": ("longest_months: 36}", "points: 1, decay: [{from_months: 1, percent: 0}]}", "'points' and"),
    "ratio with points": ("numerator: [{item: honour}]", "numerator: [{item: honour, points: 2}]", "'ratio' without '"),
    "sum of nothing": ("          quantity: points_counted\n", "", "'sum' needs 'quantity', or 'points' on every item"),
    "ratio without numerator": ("          numerator: [{item: honour}]\n", "", "'ratio' needs 'numerator'"),
    "numerator of a sum": ("once_per_case: true", "numerator: [{item: honour}]", "'numerator' belongs to 'ratio', not"),
    "weighted sum": ("once_per_case: true", "weighted_by: amount", "'weighted_by' belongs to 'mean', not to 'sum'"),
    "sum when missing": ("once_per_case: true", "when_missing: 5", "'when_missing' has no meaning for 'sum'"),
}  # fmt: skip
GRADES = {
    "grades overlap": ("until: 90", "until: 91", "grades A and B overlap between 90 and 91"),
    "grades leave a gap": ("until: 90", "until: 89", "grades A and B leave a gap between 89 and 90"),
    "cut-off held twice": ("until: 90, until_included: false", "until: 90, until_included: true", "both hold the scor"),
    "cut-off held by none": ("from: 90, from_included: true", "from: 90, from_included: false", "neither holds the "),
    "no best grade": ("until: null, until_included: false,", "until: 99, until_included: false,", "'A' must have 'un"),
    "no worst grade": ("from: null, from_included", "from: 0, from_included", "'C' must have 'from: null'"),
    "open end included": ("until: null, until_included: false", "until: null, until_included: true", "cannot be incl"),
    "empty grade": ("from: 70, from_included: true", "from: 90, from_included: true", "'B' holds no score: from 90 un"),
    "grade twice": ("grade: B, city", "grade: A, city", "grade 'A' exists twice"),
    "city grade upside down": ("grade: A, city_grade: A", "grade: A, city_grade: D", "maps to the better city grade C"),
    "condition on nothing": ("indicator: penalties,", "indicator: conduct,", "asks for 'conduct', which is no indicat"),
    "condition upside down": ("at_least: 1}", "at_least: 1, at_most: 0}", "at_least must not be above at_most"),
    "condition of the worst": (
        "until: 70, until_included: false}",
        "until: 70, until_included: false, requires: [{indicator: penalties, at_most: 9}]}",
        "the worst grade 'C' has no conditions",
    ),
    "beyond the highest score": (
        "from: 90, from_included: true, until: null",
        "from: 100, from_included: false, until: null",
        "grade 'A' cannot be reached: scores lie between 0 and 100",
    ),
    "no measure": ("  C:\n    - {zh: 重点监管, en: Key supervision}\n", "", "grade 'C' has no measure"),
    "measure of no grade": ("  C:\n    - {zh", "  D:\n    - {zh", "measures for grade 'D', which the rulebook does"),
    "effect of no grade": ("C: [{effect", "D: [{effect", "effects for grade 'D', which the rulebook does not have"),
    "effect without value": ("effect: bid_points, value: 2", "effect: bid_points", "'bid_points' needs a 'value'"),
    "effect with value": ("effect: exclusion", "effect: exclusion, value: 1", "'exclusion' has no 'value'"),
    "scenario twice": ("scenarios:\n", "scenarios:\n  - {scenario: public_resource_trading, effects: {B: [{effect: "
        "priority, zh: 优先, en: First}]}}\n", "scenario 'public_resource_trading' exists twice"),
}  # fmt: skip
LIMITS = {
    "limit twice": ("id: repeated", "id: suspended", "limit 'suspended' exists twice"),
    "limit to no such grade": ("grade: B\n", "grade: F\n", "limit 'repeated' needs one of the grades A, B, C, not 'F'"),
    "limit to no grade": ("    grade: B\n", "", "limit 'repeated' needs one of the grades A, B, C"),
    "no grade with a grade": ("effect: no_grade", "effect: no_grade\n    grade: C", "'no_grade' names no grade"),
    "line beside items": ("    lasts_months: 6", "    severity: serious", "each of them says its own severity"),
    "points of nothing": (
        "    quantity: points_counted\n    total",
        "    total",
        "'total_at_least' needs 'quantity', ",
    ),
    "quantity for nothing": ("    count_at_least: 2", "    quantity: amount", "no points are compared here"),
    "points for nothing": ("serious}]\n    count", "serious, points: 1}]\n    count", "no points are compared here"),
    "lasting and fading": (
        "until_cycle_end: true}]\n    quantity",
        "until_cycle_end: true, decay: [{from_months: 1, percent: 50}]}]\n    quantity",
        "limit 'suspended': with 'lasts_months' its lines have no decay",
    ),
    "lasting and repaired": (
        "until_cycle_end: true}]\n    quantity",
        "until_cycle_end: true, repair: [{returned_percent: 50}]}]\n    quantity",
        "with 'lasts_months' its lines have no repair",
    ),
}
IN_COMPLETE = GENERAL | INDICATORS | RECORDS | GRADES | LIMITS


@pytest.mark.parametrize(("old", "new", "message"), IN_COMPLETE.values(), ids=IN_COMPLETE.keys())
def test_each_fault_is_named_with_its_file(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = faults(change(copy_to(tmp_path), COMPLETE, (old, new)))
    assert any(message in line for line in found), found
    assert all(line.startswith(f"{COMPLETE}:") for line in found)


IN_LEVELS = {
    "level twice": ("level: new", "level: A", "level 'A' exists twice"),
    "year without a day": ("longest_months: 24", "until_cycle_end: true", "needs the day on which a year of points"),
    "two validities": ("longest_months: 24", "longest_months: 24, validity_months: 1", "choose one"),
    "unknown item": ("item: administrative_penalty", "item: tax_grades", "'tax_grades' is not in the catalogue"),
}


@pytest.mark.parametrize(("old", "new", "message"), IN_LEVELS.values(), ids=IN_LEVELS.keys())
def test_each_fault_of_a_crosswalk_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = faults(change(copy_to(tmp_path), LEVELS, (old, new)))
    assert any(message in line for line in found), found
    assert all(line.startswith(f"{LEVELS}:") for line in found)


def test_city_grades_are_compared_across_a_grade_that_has_none(tmp_path: Path) -> None:
    folder = change(copy_to(tmp_path), LEVELS, ("level: A, city_grade: A", "level: A, city_grade: E"))
    assert check_rulebooks(folder)
    change(folder, LEVELS, ("level: D, city_grade: E", "level: D, city_grade: B"))
    assert "grades A and D: the worse grade maps to the better city grade B" in faults(folder)[0]


def test_redistributing_groups_do_not_stand_inside_each_other_and_need_weights(tmp_path: Path) -> None:
    inner = "indicators: [{id: inner, title: {zh: 内, en: Inner}, weight: 100, rulebook_score: {rulebook: per_section, "
    folder = change(
        copy_to(tmp_path),
        COMPLETE,
        ("rulebook_score: {rulebook: per_section, ", "redistribute: true\n        " + inner),
        ("weighted_by: amount}}", "weighted_by: amount}}}]"),
    )
    (found,) = faults(folder)
    assert "'sections' stands in 'overall': groups with 'redistribute' do not stand inside each other" in found
    assert found.startswith(f"{COMPLETE}:{line_of(folder, COMPLETE, 'id: sections') + 3}:")
    change(folder, COMPLETE, ("        redistribute: true\n", ""), ("weight: 100, ", ""))
    assert check_rulebooks(folder)
    change(folder, COMPLETE, ("weight: 20", ""), ("weight: 80", ""))
    (found,) = faults(folder)
    assert "'overall' redistributes weights: its indicators need them" in found


def test_every_step_of_repair_is_reached_where_no_earlier_one_always_fits(tmp_path: Path) -> None:
    steps = "{within_calendar_years: 0, returned_percent: 60}"
    other = "{within_calendar_years: 1, amount_at_most: 9, returned_percent: 60}"
    assert check_rulebooks(change(copy_to(tmp_path), COMPLETE, (steps, other)))


def test_a_grade_beyond_every_score_is_reached_by_a_limit_or_a_condition_only(tmp_path: Path) -> None:
    # scores of the ledger: 100 and whatever is fixed per record
    bounded = (
        ("score: {start: 100}", "score: {start: 0}"),
        ("{aggregate: sum, quantity: points_declared, items: [{item: construction_base_points}]}",
         "{aggregate: maximum, when_missing: 0, items: [{item: construction_base_points, points: 50}]}"),
        ("{aggregate: latest, quantity: points_counted, when_missing: 0,", "{aggregate: count,"),
        ("items: [{item: construction_special_points}]}",
         "items: [{item: construction_special_points}]}\n    scale: {linear: {intercept: 0, slope: 1, highest: 9}}"),
    )  # fmt: skip
    folder = change(copy_to(tmp_path), FIRST, *bounded)
    text = (folder / FIRST).read_text(encoding="utf-8")
    start, end = text.index("  - id: mean_of_deductions"), text.index("grades:")
    (folder / FIRST).write_text(text[:start] + text[end:], encoding="utf-8")
    (found,) = faults(folder)
    assert "grade '合格' cannot be reached: scores lie between 0 and 59" in found
    assert found.startswith(f"{FIRST}:{line_of(folder, FIRST, 'grade: 合格')}:")
    named = "limits: [{id: l, title: {zh: 限, en: L}, effect: cap, grade: 合格, item: honour}]\ngrades:"
    change(folder, FIRST, ("grades:", named))
    assert check_rulebooks(folder)
    change(folder, FIRST, (named, "grades:"), ("points: 50", "points: 51"))
    assert check_rulebooks(folder)
    change(folder, FIRST, ("points: 51", "points: 51, decay: [{from_months: 1, percent: 0}]"), ("from: 60", "from: 61"))
    change(folder, FIRST, ("until: 60", "until: 61"))
    assert "between 0 and 60" in faults(folder)[0]


def test_below_a_grade_with_conditions_every_grade_can_be_reached(tmp_path: Path) -> None:
    folder = change(
        copy_to(tmp_path),
        COMPLETE,
        ("{start: 0, lowest: 0, highest: 100}", "{start: 0, lowest: 90, highest: 100}"),
    )
    assert check_rulebooks(folder)
    requires = ",\n     requires: [{indicator: number_of_honours, at_least: 1}, {indicator: penalties, at_most: 0}]}"
    change(folder, COMPLETE, (requires, "}"))
    change(folder, COMPLETE, ("effect: cap\n    grade: B", "effect: cap\n    grade: C"))
    (found,) = faults(folder)
    assert "grade 'B' cannot be reached: scores lie between 90 and 100" in found


def test_an_item_that_no_contract_brings_is_a_fault(tmp_path: Path) -> None:
    catalogue = read_catalogue()
    catalogue["honour"] = CatalogueItem("荣誉", "Honour", "")
    with pytest.raises(RulebookError) as caught:
        check_rulebooks(copy_to(tmp_path), catalogue)
    assert {problem.file for problem in caught.value.problems} == {COMPLETE, SECOND}
    assert all("'honour' can never be fed: the catalogue names no contract" in p.message for p in caught.value.problems)
