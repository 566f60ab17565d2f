"""A rulebook of the wrong form is refused with every fault at once: file, line and a plain sentence."""

from pathlib import Path

import pytest

from credit_grading import paths
from credit_grading.rulebook.read import check_rulebooks
from tests.unit.rulebook_folder import COMPLETE, LEVELS, change, copy_to, faults, line_of

FORM = {
    "unknown key": ("availability: {", "availabilty: {", "unknown key 'availabilty'; known here: assumptions, auth"),
    "comma without quotes": ("en: Overall}", "en: Overall, of all}", "'of all'; known here: en, zh; a text that holds"),
    "missing key": ("score: {start: 0, lowest: 0, highest: 100}\n", "", "'score' is missing; only a rulebook with 'cr"),
    "missing inner key": ("{start: 0, lowest: 0", "{lowest: 0", "score: 'start' is missing"),
    "text for a number": ("weight: 60", "weight: sixty", "indicators[1].weight: must be a number, not 'sixty'"),
    "number for a text": ("behaviour: ZJ508", "behaviour: 508", "must be text (put it in quotes if it looks like a nu"),
    "list for a group": ("score: {start: 0, lowest: 0, highest: 100}", "score: [0]", "must be a group of keys, not a "),
    "no such word": ("effect: cap", "effect: lid", "must be one of veto, cap, no_grade, not 'lid'"),
    "no such city grade": ("city_grade: null", "city_grade: F", "must be one of A, B, C, D, E, null, not 'F'"),
    "no such effect": ("effect: bid_points", "effect: bid_price", "must be one of bid_points, price_markup_percent"),
    "no such scenario": ("scenario: public_resource_trading", "scenario: school", "must be one of approval, public_s"),
    "no such subject": ("[coded, person]", "[coded, firm]", "department_local, name_only, person, not 'firm'"),
    "subject twice": ("[coded, person]", "[coded, coded]", "population.subject_kinds: says something twice"),
    "no such aggregate": ("aggregate: ratio", "aggregate: median", "minimum, latest, mean, ratio, not 'median'"),
    "percent above 100": ("returned_percent: 80", "returned_percent: 180", "must be at most 100, not 180"),
    "percent below 0": ("percent: 50", "percent: -1", "decay[1].percent: must be at least 0, not -1"),
    "weight of nothing": ("weight: 60", "weight: 0", "indicators[1].weight: must be more than 0, not 0"),
    "month that is half": ("validity_months: 36", "validity_months: 1.5", "must be a whole number, not 1.5"),
    "end of February": ('"03-01"', '"02-29"', "cycle.year_begins: '02-29' does not have the form MM-DD in quotes"),
    "cycle": ('{evaluated: daily, year_begins: "03-01"}', "monthly", "cycle: must be one of daily, not 'monthly'"),
    "cycle without year": (', year_begins: "03-01"', "", "cycle: 'year_begins' is missing"),
    "no leaf": (
        "        rulebook_score: {rulebook: levels, when_missing: 70}\n",
        "",
        "indicators[2].indicators[2]: needs exactly one of: indicators, records, rulebook_score",
    ),
    "two scales": ("goalposts: {", "bands: [], goalposts: {", "needs exactly one of: linear, bands, goalposts"),
    "limit of nothing": ("    item: serious_dishonesty\n", "", "limits[1]: needs exactly one of: item, items"),
    "limit of both": ("    count_at_least: 2", "    item: honour", "limits[2]: needs exactly one of: item, items"),
    "empty condition": (", at_least: 1}", "}", "grades[1].requires[1]: needs at least one of: at_least, at_most"),
    "exempt with points": ("[{item: construction_no_scored_qualification}]", "[{item: honour, points: 1}]", "'points'"),
    "grade with a level": ("grade: A, city", "grade: A, level: A, city", "grades[1]: unknown key 'level'"),
    "empty text": ("title: 优秀", 'title: ""', "grades[1].title: must not be empty"),
    "said twice": ("in_force:", "id: complete\nin_force:", "'id' is said twice"),
    "octal number": ("start: 0,", "start: 010,", "'010' is not a plainly written number"),
    "sixty-based number": ("weight: 60", "weight: 1:20", "'1:20' is not a plainly written number"),
    "exponent": ("slope: -5", "slope: -5.0e+0", "'-5.0e+0' is not a plainly written number"),
    "not YAML": ("id: complete", "id: [complete", "this is not YAML"),
    "alias": ("title: {zh: 完整示例", "title: &name {zh: 完整示例", "anchors and aliases (& and *)"),
    "wrong name": ('version: "1"', 'version: "2"', "the file must be called complete@2.yml"),
}


@pytest.mark.parametrize(("old", "new", "message"), FORM.values(), ids=FORM.keys())
def test_each_fault_of_form_is_said_in_words(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = change(copy_to(tmp_path), COMPLETE, (old, new))
    if "&name" in new:
        change(folder, COMPLETE, ("authority: {zh: 示例机关, en: Example authority}", "authority: *name"))
    found = faults(folder)
    assert any(message in line for line in found), found
    assert all(line.startswith(f"{COMPLETE}:") for line in found)


CROSSWALK = {
    "score": ("grades:\n", "score: {start: 0}\ngrades:\n", "score: has no place beside 'crosswalk'"),
    "indicators": ("grades:\n", "indicators: []\ngrades:\n", "indicators: has no place beside 'crosswalk'"),
    "availability": ("grades:\n", "availability: {minimum_percent: 1}\ngrades:\n", "availability: has no place beside"),
    "bounds": ("level: A,", "level: A, from: 90,", "grades[1]: unknown key 'from'"),
    "no level": ("level: A, ", "", "grades[1]: 'level' is missing"),
    "points": ("longest_months: 24", "points: 24", "crosswalk: unknown key 'points'"),
}


@pytest.mark.parametrize(("old", "new", "message"), CROSSWALK.values(), ids=CROSSWALK.keys())
def test_a_crosswalk_has_levels_and_nothing_that_makes_a_score(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    found = faults(change(copy_to(tmp_path), LEVELS, (old, new)))
    assert any(message in line for line in found), found
    assert all(line.startswith(f"{LEVELS}:") for line in found)


def test_the_whole_language_is_accepted() -> None:
    assert [book.file.name for book in check_rulebooks(Path(__file__).parent / "rulebooks")] == [
        COMPLETE,
        LEVELS,
        "per_section@1.yml",
        "per_section@2.yml",
    ]


def test_the_projects_own_rulebooks_are_right() -> None:
    books = {book.data["id"] for book in check_rulebooks()}
    assert {"public_credit", "bidding_participant", "construction_integrity"} <= books
    assert len(books) < len(list(paths.rulebooks().glob("*.yml")))


def test_all_faults_of_all_files_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    folder = change(copy_to(tmp_path), COMPLETE, ("weight: 60", "weight: 55"), ("item: honour}", "item: nobody}"))
    change(folder, LEVELS, ("cycle: daily", "cicle: daily"))
    change(folder, "per_section@2.yml", ("until: null}\ncycle", "until: 2026-06-01}\ncycle"))
    found = faults(folder)
    assert [line.split(": ")[0] for line in found] == [
        f"{COMPLETE}:{line_of(folder, COMPLETE, 'indicators:')}",
        f"{COMPLETE}:{line_of(folder, COMPLETE, 'nobody')}",
        f"{LEVELS}:2",
        f"{LEVELS}:2",
        f"per_section@2.yml:{line_of(folder, 'per_section@2.yml', 'in_force')}",
    ]


def test_a_wrong_file_is_no_missing_rulebook_to_others(tmp_path: Path) -> None:
    found = faults(change(copy_to(tmp_path), LEVELS, ("cycle: daily\n", "")))
    assert found == [f"{LEVELS}:2: 'cycle' is missing"]


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    assert "there is no rulebook" in faults(tmp_path)[0]


def test_a_file_in_another_encoding_is_a_fault(tmp_path: Path) -> None:
    folder = copy_to(tmp_path)
    (folder / LEVELS).write_bytes((folder / LEVELS).read_text(encoding="utf-8").encode("gb18030"))
    assert "the file is not UTF-8" in faults(folder)[0]
