"""The mutation check's own parts: what is broken is SQL, exactly one place of it, and something turns red when it is.

Whether the tests of the evaluation find what is broken is not asked here: `make mutation` counts it.
"""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from credit_grading import paths
from tests.mutation.__main__ import equivalents, is_equivalent, matches, sample
from tests.mutation.judge import STILLBORN, stopped
from tests.mutation.operators import NOT_SQL, OPERATORS, Mutant, mutants
from tests.mutation.project import BrokenProject

ALL = mutants(paths.dbt_project())
TEXTS = {file: (paths.dbt_project() / file).read_text(encoding="utf-8") for file in {one.file for one in ALL}}


def in_project(folder: Path, sql: str, macro: bool = False) -> list[Mutant]:
    """The mutants of a project with this one file."""
    file = folder / ("macros" if macro else "models") / "evaluation" / "one.sql"
    file.parent.mkdir(parents=True)
    file.write_text(sql, encoding="utf-8")
    return mutants(folder)


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_finds_something_to_break(operator: str) -> None:
    assert any(mutant.operator == operator for mutant in ALL)


def test_every_mutant_is_another_text_in_one_place() -> None:
    for mutant in ALL:
        text = TEXTS[mutant.file]
        assert text[mutant.start :].startswith(mutant.before), mutant
        assert mutant.apply(text) != text, mutant
    assert len({(one.file, one.start, one.before, one.after) for one in ALL}) == len(ALL)


def test_no_mutant_is_in_a_comment_or_in_what_only_jinja_reads() -> None:
    blank = {file: [found.span() for found in NOT_SQL.finditer(text)] for file, text in TEXTS.items()}
    for mutant in ALL:
        place = mutant.start + len(mutant.before) - len(mutant.before.lstrip())
        assert not any(begin <= place < end for begin, end in blank[mutant.file]), mutant


def test_only_sql_is_broken(tmp_path: Path) -> None:
    found = in_project(
        tmp_path,
        "{{ config(indexes=[{'columns': ['a'], 'unique': a <= b}]) }}\n-- a <= b\n{# a <= b #}\n"
        "{{ return(a <= b) }}\n{% if a <= b %}\nselect a from b where a <= 5\n{% endif %}\n",
    )
    assert [(one.line, one.operator) for one in found] == [(6, "the only condition is dropped"), (6, "<= becomes <")]
    assert [one.after for one in found] == ["where true", "<"]


@pytest.mark.parametrize(
    ("operator", "sql", "broken"),
    [
        ("the only condition is dropped", "select a from b\nwhere not c\n", "select a from b\nwhere true\n"),
        ("a condition is dropped", "where\n    a\n    and b = 1\n", "where\n    a\n    and true\n"),
        ("an alternative is dropped", "where\n    a\n    or b = 1\n", "where\n    a\n    or false\n"),
        ("a filter is dropped", "sum(a) filter (where b = f(c)) as d\n", "sum(a) as d\n"),
        ("an order is turned", "rank() over (order by a, b)\n", "rank() over (order by a desc, b)\n"),
        ("months become days", "a + make_interval(months => b)\n", "a + make_interval(days => b)\n"),
        ("a month more", "a + make_interval(months => b)\n", "a + make_interval(months => b + 1)\n"),
        ("else is dropped", "case when a then b\n else c\nend\n", "case when a then b\n\nend\n"),
        ("any becomes all", "a = any(b)\n", "a = all(b)\n"),
        ("in becomes not in", "a in (b, c)\n", "a not in (b, c)\n"),
    ],
)
def test_an_operator_breaks_what_its_name_says(operator: str, sql: str, broken: str, tmp_path: Path) -> None:
    assert [one.apply(sql) for one in in_project(tmp_path, sql) if one.operator == operator] == [broken]


@pytest.mark.parametrize("sql", ["where (a\n    and b)\n", "where\n    a\n    and f(\n        b)\n"])
def test_no_bracket_is_left_open(sql: str, tmp_path: Path) -> None:
    assert not [one for one in in_project(tmp_path, sql) if one.apply(sql).count("(") != one.apply(sql).count(")")]


def test_a_sample_is_repeatable_and_covers_every_file_and_operator() -> None:
    chosen = sample(ALL, 100, seed=1)
    assert chosen == sample(ALL, 100, seed=1)
    assert chosen != sample(ALL, 100, seed=2)
    assert len(chosen) == len(set(chosen)) == 100
    assert {one.file for one in chosen} == {one.file for one in ALL}
    assert {one.operator for one in chosen} == {one.operator for one in ALL}
    assert set(sample(ALL[:5], 100, seed=1)) == set(ALL[:5])


def test_what_was_reviewed_as_equivalent_still_exists_and_says_why() -> None:
    found = [sum(matches(one, mutant) for mutant in ALL) for one in equivalents()]
    assert found == [1] * len(found)
    assert all(one["reason"] for one in equivalents())
    assert 0 < sum(is_equivalent(one) for one in ALL) < len(ALL) / 10


def test_a_model_is_broken_for_as_long_as_it_is_judged(tmp_path: Path) -> None:
    sql = "\nselect a\nfrom b\nwhere a <= 5\n\n"
    mutant = next(one for one in in_project(tmp_path, sql) if one.operator == "<= becomes <")
    node = SimpleNamespace(
        unique_id="model.credit_grading.one", name="one", original_file_path="models/evaluation/one.sql",
        raw_code=sql.strip(), depends_on=SimpleNamespace(macros=[]),
    )  # fmt: skip
    manifest = SimpleNamespace(nodes={node.unique_id: node}, macros={})
    with BrokenProject(manifest, tmp_path).broken(mutant) as models:
        assert models == ["one"]
        assert node.raw_code == "select a\nfrom b\nwhere a < 5"
    assert node.raw_code == sql.strip()


def test_a_broken_macro_breaks_every_model_that_uses_it_at_any_depth(tmp_path: Path) -> None:
    body = "{% macro inner() %}\na <= 5\n{% endmacro %}"
    other = "{% macro other() %}\nb <= 5\n{% endmacro %}"
    mutant = next(one for one in in_project(tmp_path, f"{other}\n\n\n{body}\n", macro=True) if one.line > 4)
    file = "macros/evaluation/one.sql"

    def macro(name: str, sql: str, uses: list[str]) -> SimpleNamespace:
        return SimpleNamespace(unique_id=name, package_name="credit_grading", original_file_path=file, macro_sql=sql,
                               depends_on=SimpleNamespace(macros=uses))  # fmt: skip

    def model(name: str, uses: str) -> SimpleNamespace:
        return SimpleNamespace(unique_id=name, name=name, original_file_path=f"models/evaluation/{name}.sql",
                               depends_on=SimpleNamespace(macros=[uses]))  # fmt: skip

    macros = [macro("other", other, []), macro("inner", body, []), macro("outer", "", ["inner"])]
    models = [model("through", "outer"), model("direct", "inner"), model("untouched", "other")]
    manifest = SimpleNamespace(
        nodes={one.unique_id: one for one in models}, macros={one.unique_id: one for one in macros}
    )
    with BrokenProject(manifest, tmp_path).broken(mutant) as broken:
        assert broken == ["direct", "through"]
        assert [one.macro_sql for one in macros] == [other, re.sub("<=", "<", body), ""]
    assert [one.macro_sql for one in macros] == [other, body, ""]


def test_sql_that_is_none_any_more_says_nothing_about_the_tests() -> None:
    assert stopped("oracle", 'score: syntax error at or near "or"').kind == "stillborn"
    assert stopped("oracle", "score: canceling statement due to statement timeout").kind == "oracle"
    assert not STILLBORN.search("actual differs from expected")
