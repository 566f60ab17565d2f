"""A folder of small rulebooks that use the whole language, for tests that change a text in one of them."""

import shutil
from pathlib import Path

import pytest

from credit_grading.rulebook.problem import RulebookError
from credit_grading.rulebook.read import check_rulebooks

SOURCE = Path(__file__).parent / "rulebooks"
COMPLETE = "complete@1.yml"
LEVELS = "levels@2026.yml"
FIRST = "per_section@1.yml"
SECOND = "per_section@2.yml"


def copy_to(folder: Path) -> Path:
    """Copy the rulebooks into an empty folder, and return it."""
    for file in sorted(SOURCE.glob("*.yml")):
        shutil.copy(file, folder)
    return folder


def change(folder: Path, file: str, *changes: tuple[str, str]) -> Path:
    """Replace the first place of each text in one file; every text must be there."""
    text = (folder / file).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{old} is not in {file}"
        text = text.replace(old, new, 1)
    (folder / file).write_text(text, encoding="utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    """Every problem of the folder as the author sees it; there must be one."""
    with pytest.raises(RulebookError) as caught:
        check_rulebooks(folder)
    assert caught.value.problems
    return str(caught.value).splitlines()


def line_of(folder: Path, file: str, text: str) -> int:
    """The first line of a file that holds a text."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)
