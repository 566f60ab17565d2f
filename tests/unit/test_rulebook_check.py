"""A wrong rulebook is refused with every fault at once: file, line and a sentence its author understands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from credit_grading import paths
from credit_grading.rulebook.load import catalogue_items, check_rulebooks
from credit_grading.rulebook.problem import RulebookError

NAME = "bidding_participant@2026-01.yml"
Folder = Callable[..., Path]


@pytest.fixture
def shelf(tmp_path: Path) -> Folder:
    """A copy of the project's rulebooks in which one file was changed, text by text."""

    def copy(*changes: tuple[str, str], file: str = NAME) -> Path:
        for original in paths.rulebooks().glob("*.yml"):
            text = original.read_text(encoding="utf-8")
            if original.name == file:
                for old, new in changes:
                    assert old in text, f"{old} is not in {file}"
                    text = text.replace(old, new, 1)
            (tmp_path / original.name).write_text(text, encoding="utf-8")
        return tmp_path

    return copy


def faults(folder: Path) -> str:
    with pytest.raises(RulebookError) as caught:
        check_rulebooks(folder)
    return str(caught.value)


def line_of(folder: Path, text: str, file: str = NAME) -> int:
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_the_projects_own_rulebooks_are_right() -> None:
    books = {(book.data["id"], book.data["version"]) for book in check_rulebooks()}
    assert books == {
        ("public_credit", "2026-01"),
        ("bidding_participant", "2026-01"),
        ("construction_integrity", "1"),
        ("construction_integrity", "2"),
    }


ONE_FAULT = {
    "weights": (
        "weight: 80",
        "weight: 75",
        "weights of the first level in bidding_participant 2026-01 sum to 95, must be 100",
    ),
    "half weighted": ("    weight: 80\n", "", "some have a weight and some have none"),
    "unknown item": (
        "item: bidding_bad_behaviour",
        "item: bidding_bad_behavior",
        "'bidding_bad_behavior' is not in the catalogue",
    ),
    "grades overlap": (
        "from: 80, from_included",
        "from: 78, from_included",
        "grades B and C overlap between 78 and 80",
    ),
    "grades leave a gap": (
        "from: 80, from_included",
        "from: 82, from_included",
        "grades B and C leave a gap between 80 and 82",
    ),
    "cut-off held twice": (
        "until: 80, until_included: false",
        "until: 80, until_included: true",
        "grades B and C: both hold the score 80",
    ),
    "cut-off held by none": (
        "from: 80, from_included: true",
        "from: 80, from_included: false",
        "neither holds the score 80",
    ),
    "no best grade": ("until: null, until_included", "until: 100, until_included", "'A' must have 'until: null'"),
    "city grade upside down": ("grade: E, city_grade: E", "grade: E, city_grade: A", "maps to the better city grade A"),
    "limit to no such grade": (
        "grade: E\n    item",
        "grade: F\n    item",
        "needs one of the grades A, B, C, D, E, not 'F'",
    ),
    "measures of no such grade": (
        "  E:\n    - zh: 列为重点监管对象，依法",
        "  F:\n    - zh: 列为重点监管对象，依法",
        "grade 'E' has no measure",
    ),
    "no such rulebook": (
        "rulebook: public_credit",
        "rulebook: private_credit",
        "there is no rulebook 'private_credit'",
    ),
    "unknown key": ("cycle: daily", "cicle: daily", "unknown key 'cicle'"),
    "missing key": ("cycle: daily\n", "", "'cycle' is missing"),
    "text for a number": ("weight: 80", "weight: eighty", "weight: must be a number, not 'eighty'"),
    "no such day": ("from: 2026-01-01", "from: 2026-02-30", "2026-02-30 is not a day of the calendar"),
    "end before begin": ("until: null}\ncycle", "until: 2025-12-31}\ncycle", "'until' must be later than 'from'"),
    "said twice": ("cycle: daily", "cycle: daily\ncycle: daily", "'cycle' is said twice"),
    "octal number": ("weight: 80", "weight: 080", "must be a number"),
    "sixty-based number": ("weight: 80", "weight: 1:20", "'1:20' is not a plainly written number"),
    "exponent": ("slope: -1", "slope: -1.0e+0", "'-1.0e+0' is not a plainly written number"),
    "not YAML": ("cycle: daily", "cycle: [daily", "this is not YAML"),
    "wrong name": (
        'version: "2026-01"',
        'version: "2026-02"',
        "the file must be called bidding_participant@2026-02.yml",
    ),
    "no leaf": (
        "    rulebook_score: {rulebook: public_credit, when_missing: 60}\n",
        "",
        "needs exactly one of: indicators, records, rulebook_score",
    ),
    "sum of nothing": ("      quantity: points_counted\n", "", "'sum' needs 'quantity', or 'points' on every item"),
    "count with quantity": ("aggregate: sum", "aggregate: count", "'count' counts records"),
    "maximum without a value": ("aggregate: sum", "aggregate: maximum", "'maximum' needs 'when_missing'"),
    "item listed twice": (
        "longest_months: 12}]",
        "longest_months: 12}, {item: bidding_bad_behaviour}]",
        "with this behaviour and severity is listed twice",
    ),
    "two validities": (
        "longest_months: 12}",
        "longest_months: 12, validity_months: 6}",
        "only shortens it: choose one",
    ),
    "indicator twice": ("id: public_credit\n", "id: bad_behaviour\n", "indicator 'bad_behaviour' exists twice"),
    "clamp upside down": (
        "lowest: 0, highest: 100}\n\nind",
        "lowest: 100, highest: 0}\n\nind",
        "must be below highest",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), ONE_FAULT.values(), ids=ONE_FAULT.keys())
def test_each_fault_is_named_with_its_file_and_line(shelf: Folder, old: str, new: str, message: str) -> None:
    text = faults(shelf((old, new)))
    assert message in text
    assert all(line.startswith(NAME + ":") for line in text.splitlines())


def test_an_alias_is_refused(shelf: Folder) -> None:
    folder = shelf(
        ("title: {zh: 招标投标主体信用评价", "title: &name {zh: 招标投标主体信用评价"),
        ("authority: {", "authority: *name\nx: {"),
    )
    assert "anchors and aliases" in faults(folder)


def test_all_faults_of_all_files_are_told_at_once(shelf: Folder) -> None:
    folder = shelf(("weight: 80", "weight: 75"), ("item: bidding_participant", "item: nobody"))
    other = "construction_integrity@1.yml"
    text = (folder / other).read_text(encoding="utf-8").replace("from: 75, from_included", "from: 74, from_included")
    (folder / other).write_text(text, encoding="utf-8")
    found = faults(folder).splitlines()
    assert len(found) == 3
    assert found[0] == (
        f"{NAME}:{line_of(folder, 'item: nobody')}: 'nobody' is not in the catalogue; "
        f"known: {', '.join(sorted(catalogue_items()))}"
    )
    assert found[1].startswith(f"{NAME}:{line_of(folder, 'indicators:')}: weights of the first level")
    assert found[2].startswith(
        f"{other}:{line_of(folder, '{grade: C', other)}: grades B and C overlap between 74 and 75"
    )


def test_bands_of_an_indicator_must_cover_the_line(shelf: Folder) -> None:
    file = "public_credit@2026-01.yml"
    assert "bands of 'penalty_count' leave a gap between 3 and 2" in faults(
        shelf(("{from: 2, until: 3, value: 50}", "{from: 3, until: 4, value: 50}"), file=file)
    )
    assert "overlap" in faults(shelf(("{from: 2, until: 3, value: 50}", "{from: 1, until: 3, value: 50}"), file=file))
    assert "must end with 'until: null'" in faults(
        shelf(("{from: 500000, until: null", "{from: 500000, until: 900000"), file=file)
    )


def test_versions_in_force_must_not_overlap(shelf: Folder) -> None:
    folder = shelf(("until: 2025-07-31", "until: 2025-08-01"), file="construction_integrity@1.yml")
    text = faults(folder)
    assert "construction_integrity@1.yml:" in text
    assert "construction_integrity@2.yml:" in text
    assert "version 2 is in force from 2025-07-31 until 2025-08-01 too" in text


def test_rulebooks_must_not_read_each_other_in_a_circle(shelf: Folder) -> None:
    folder = shelf(
        ("records: {aggregate: count, items: [{item: market_entity_registered}]}\n",
         "rulebook_score: {rulebook: bidding_participant, when_missing: 60}\n"),
        file="public_credit@2026-01.yml",
    )  # fmt: skip
    assert "in a circle: public_credit → bidding_participant → public_credit" in faults(folder)


def chain(folder: Path, length: int) -> None:
    text = (folder / NAME).read_text(encoding="utf-8")
    source = "bidding_participant"
    for number in range(length):
        name = f"link_{number}"
        link = text.replace("id: bidding_participant", f"id: {name}", 1).replace(
            "rulebook: public_credit", f"rulebook: {source}"
        )
        (folder / f"{name}@2026-01.yml").write_text(link, encoding="utf-8")
        source = name


def test_a_chain_deeper_than_the_sql_is_refused(shelf: Folder) -> None:
    chain(shelf(), 1)
    assert len(check_rulebooks(shelf())) == 5
    chain(shelf(), 2)
    assert "is 3 long; at most 2 is supported" in faults(shelf())


def test_a_score_per_facet_cannot_be_read_per_subject(shelf: Folder) -> None:
    folder = shelf(("rulebook: public_credit", "rulebook: construction_integrity"))
    assert "gives one score per facet" in faults(folder)


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    assert "there is no rulebook" in faults(tmp_path)


def test_a_file_in_another_encoding_is_a_fault(shelf: Folder) -> None:
    folder = shelf()
    (folder / NAME).write_bytes((folder / NAME).read_text(encoding="utf-8").encode("gb18030"))
    assert "the file is not UTF-8" in faults(folder)
