"""YAML files that nobody would write: the loaders say what is wrong, and raise nothing else."""

import copy
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from credit_grading import paths
from credit_grading.contract.load import ContractFileError, load_contract
from credit_grading.department.load import DepartmentFileError, load_departments
from credit_grading.rulebook.catalogue import read_catalogue
from credit_grading.rulebook.read import read_rulebook
from tests.fuzzing import examples, explore

ODD = [
    None, True, 0, -1, 2**70, 1.5, float("nan"), "", "x", "a b", "2025-13-45", "\u202e", [], [[]], [None], {},
    {"x": {}}, {1: 2}, {None: None}, ["x", "x"], "9" * 5_000,
]  # fmt: skip
BROKEN = [
    "", "\0", "\t- a", "a: b: c", "[" * 100_000, "{" * 100_000, "- " * 50_000, "a: &a [*a]", "? [a]\n: b",
    "? {a: b}\n: c", "a: 2025-99-99", "a: 0x", "a: !!int z", "a: !!timestamp z", "<<: 1",
    "a: !!python/object/apply:os.system [x]",
    "a: !!binary '*'", "%YAML 9.9\n---\na", "a: 1\na: 2", "---\n---\n", "a: " + "9" * 5_000, "x" * 2_000_000,
    "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]", "a: 1e999999999", "a: .nan", "\ufeffa: 1", "a: !!set {x}",
    "a: !!omap [x]",
    "sources: 5", "sources: [{name: landing, tables: 5}]", "sources: [{name: landing, tables: [{columns: 5}]}]",
    "sources: [{name: landing, tables: [{name: file, columns: [5]}]}]",
]  # fmt: skip


def places(node: Any, at: tuple = ()) -> list[tuple]:
    """Every place of a document."""
    found = [at]
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        found += places(value, (*at, key))
    return found


def damaged(document: Any, seed: int, changes: int) -> str:
    """The document as YAML with some values replaced, dropped or renamed."""
    draw, document = random.Random(seed), copy.deepcopy(document)
    for _ in range(changes):
        *way, last = draw.choice([place for place in places(document) if place])
        node = document
        for step in way:
            node = node[step]
        if draw.random() < 0.7:
            node[last] = draw.choice(ODD)
        elif isinstance(node, dict) and draw.random() < 0.5:
            node[draw.choice(["x", 1, None, "name", "id"])] = node.pop(last)
        else:
            del node[last]
    return yaml.safe_dump(document, allow_unicode=True)


def contract(file: Path) -> None:
    try:
        load_contract(file.stem, file.parent)
    except ContractFileError as error:
        assert error.problems
        assert all(isinstance(problem, str) and problem for problem in error.problems)


def department(file: Path) -> None:
    try:
        load_departments(file.parent, {"administrative_penalty"})
    except DepartmentFileError as error:
        assert error.problems
        assert all(" line " in problem for problem in error.problems)


def rulebook(file: Path) -> None:
    document = read_rulebook(file, read_catalogue())
    assert all(problem.line >= 1 and problem.message for problem in document.problems)


LOADERS = {
    "contract": (contract, "administrative_penalty.yml", paths.contracts() / "administrative_penalty.yml"),
    "department": (department, "market_regulation.yml", paths.departments() / "market_regulation.yml"),
    "rulebook": (rulebook, "public_credit@2026-01.yml", paths.rulebooks() / "public_credit@2026-01.yml"),
}


@pytest.mark.parametrize("kind", LOADERS)
@pytest.mark.parametrize("text", BROKEN, ids=lambda text: repr(text[:30]))
def test_text_that_is_no_such_file_is_told(tmp_path, kind, text) -> None:
    load, name, _ = LOADERS[kind]
    (tmp_path / name).write_text(text, encoding="utf-8")
    load(tmp_path / name)


@pytest.mark.parametrize("kind", LOADERS)
def test_bytes_that_are_no_text_are_told(tmp_path, kind) -> None:
    load, name, _ = LOADERS[kind]
    (tmp_path / name).write_bytes(b"\xff\xfe\x00a: \x80")
    load(tmp_path / name)


@pytest.mark.parametrize("kind", LOADERS)
def test_a_damaged_file_is_read_or_told(tmp_path, kind) -> None:
    load, name, source = LOADERS[kind]
    whole = yaml.safe_load(source.read_text(encoding="utf-8"))

    @examples(25)
    @given(st.integers(0, 2**32), st.integers(1, 3))
    def check(seed: int, changes: int) -> None:
        (tmp_path / name).write_text(damaged(whole, seed, changes), encoding="utf-8")
        load(tmp_path / name)

    explore(check)
