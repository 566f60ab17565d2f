"""Faults between rulebooks: versions in force together, circles, and who reads whose score."""

from pathlib import Path

import pytest

from credit_grading.rulebook.check_shelf import check_shelf, version_of
from credit_grading.rulebook.read import check_rulebooks
from tests.unit.rulebook_folder import COMPLETE, FIRST, LEVELS, SECOND, change, copy_to, faults, line_of

READERS = {
    "no such rulebook": ("{rulebook: levels, when", "{rulebook: level, when", "there is no rulebook 'level'"),
    "facets not said": (
        "rulebook: per_section, facets: {aggregate: mean, weighted_by: amount}}",
        "rulebook: per_section}",
        "'per_section' gives one score per facet: say under 'facets' how they become one",
    ),
    "facets of one score": (
        "rulebook: levels, when_missing: 70",
        "rulebook: levels, when_missing: 70, facets: {aggregate: minimum}",
        "'levels' gives one score per subject: 'facets' has no meaning here",
    ),
    "facets for facets": ("per_facet: false", "per_facet: true", "this one reads the score of the same facet"),
}


@pytest.mark.parametrize(("old", "new", "message"), READERS.values(), ids=READERS.keys())
def test_a_reader_must_fit_what_it_reads(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = change(copy_to(tmp_path), COMPLETE, (old, new))
    (found,) = faults(folder)
    assert message in found
    reading = "rulebook: level" if "level" in message else "rulebook: per_section"
    assert found.startswith(f"{COMPLETE}:{line_of(folder, COMPLETE, reading)}:")


def test_a_reader_per_facet_reads_the_same_facet_and_needs_to_say_nothing(tmp_path: Path) -> None:
    says = "rulebook: per_section, facets: {aggregate: mean, weighted_by: amount}}"
    folder = change(
        copy_to(tmp_path), COMPLETE, (says, "rulebook: per_section}"), ("per_facet: false", "per_facet: true")
    )
    assert check_rulebooks(folder)


def test_a_crosswalk_without_scores_cannot_be_read(tmp_path: Path) -> None:
    folder = change(copy_to(tmp_path), LEVELS, (", score: 100", ""))
    assert check_rulebooks(folder)
    change(folder, LEVELS, (", score: 0.5", ""))
    assert "'levels' is a crosswalk of which no grade has a score" in faults(folder)[0]


def test_only_versions_in_force_together_with_the_reader_matter(tmp_path: Path) -> None:
    folder = change(copy_to(tmp_path), FIRST, ("per_facet: true", "per_facet: false"))
    assert "'per_section' gives one score per subject: 'facets' has no meaning here" in faults(folder)[0]
    change(folder, COMPLETE, ("from: 2026-01-01", "from: 2026-07-01"))
    assert check_rulebooks(folder)


def test_versions_in_force_must_not_overlap(tmp_path: Path) -> None:
    first, second = faults(change(copy_to(tmp_path), FIRST, ("until: 2026-07-01", "until: 2026-07-02")))
    assert first.startswith(f"{FIRST}:")
    assert "version 2 is in force from 2026-07-01 until 2026-07-02 too: one of them must end" in first
    assert second.startswith(f"{SECOND}:")
    assert "version 1 is in force" in second


def test_rulebooks_must_not_read_each_other_in_a_circle(tmp_path: Path) -> None:
    folder = change(
        copy_to(tmp_path),
        SECOND,
        ("records: {aggregate: count, items: [{item: honour}]}", "rulebook_score: {rulebook: link, when_missing: 1}"),
    )
    link(folder, "link", "complete")
    found = faults(folder)
    assert any("in a circle: complete → per_section → link → complete" in line for line in found)
    assert {line.split(":")[0] for line in found} == {COMPLETE, FIRST, SECOND, "link@1.yml"}


def test_a_rulebook_must_not_read_itself(tmp_path: Path) -> None:
    folder = change(copy_to(tmp_path), COMPLETE, ("rulebook: levels, when", "rulebook: complete, when"))
    assert "in a circle: complete → complete" in faults(folder)[0]


def link(folder: Path, name: str, source: str) -> None:
    text = (folder / SECOND).read_text(encoding="utf-8")
    text = text.replace("id: per_section", f"id: {name}").replace('version: "2"', 'version: "1"')
    start = text.index("    records: {aggregate: sum, quantity: points_declared")
    end = text.index("\n", start)
    facets = ", facets: {aggregate: maximum}" if source == "per_section" else ""
    reading = f"    rulebook_score: {{rulebook: {source}, when_missing: 1{facets}}}"
    text = (text[:start] + reading + text[end:]).replace("per_facet: true", "per_facet: false")
    (folder / f"{name}@1.yml").write_text(text, encoding="utf-8")


def test_chains_of_scores_may_be_of_any_length(tmp_path: Path) -> None:
    folder = copy_to(tmp_path)
    source = "complete"
    for number in range(12):
        link(folder, f"link_{number:02}", source)
        source = f"link_{number:02}"
    stages = check_shelf(check_rulebooks(folder), [])
    expected = {f"link_{number:02}": number + 2 for number in range(12)}
    assert stages == {"levels": 0, "per_section": 0, "complete": 1} | expected


def test_versions_known_from_elsewhere_can_be_read_and_must_not_overlap(tmp_path: Path) -> None:
    documents = check_rulebooks(copy_to(tmp_path))
    others = [version_of(document) for document in documents if document.data["id"] != "complete"]
    (complete,) = [document for document in documents if document.data["id"] == "complete"]
    assert check_shelf([complete], others)["complete"] == 1
    check_shelf([complete], others[1:])
    assert "there is no rulebook 'levels'" in str(complete.problems)


def test_one_version_in_two_files_is_a_fault(tmp_path: Path) -> None:
    folder = copy_to(tmp_path)
    (folder / "copy@1.yml").write_text((folder / FIRST).read_text(encoding="utf-8"), encoding="utf-8")
    assert any("copy@1.yml already describes this version" in line for line in faults(folder))
