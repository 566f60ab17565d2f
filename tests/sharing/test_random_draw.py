"""A draw is made once, from what was fixed before, and anyone can repeat it."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest

from credit_grading import paths
from credit_grading.supervision.draw import (
    DrawRefused,
    cancel_draw,
    export_draw,
    make_draw,
)  # fmt: skip
from credit_grading.supervision.draw_verify import verify_draw
from tests.sharing.inspections import (
    MAY,
    SEED,
    TO_DRAW,
    commit,
    draw,
    prepared,
    release,
)  # fmt: skip


@pytest.fixture
def city(warehouse: psycopg.Connection[Any], tmp_path: Path) -> psycopg.Connection[Any]:
    prepared(warehouse, tmp_path)
    return warehouse


def everything(owner: psycopg.Connection[Any]) -> dict[str, list[str]]:
    """Every row of schema supervision, as text."""
    tables = owner.execute(
        "select relname::text from pg_class where relnamespace = 'supervision'::regnamespace and relkind = 'r'"
    ).fetchall()
    assert len(tables) >= 12
    return {
        name: sorted(row for (row,) in owner.execute(f"select t::text from supervision.{name} as t".encode()))
        for (name,) in tables
    }


def tamper(owner: psycopg.Connection[Any], statement: str) -> None:
    """Past the trigger, as only somebody with the server's own rights can."""
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        owner.execute(statement.encode())
    owner.execute("set session_replication_role = replica")
    owner.execute(statement.encode())
    owner.execute("reset session_replication_role")


def test_a_draw_takes_what_the_plan_says_and_outsiders_get_the_same_list(
    city: psycopg.Connection[Any], tmp_path: Path
) -> None:
    number = draw(city)
    assert number == "registered_matters-2026-04-1"
    drawn = city.execute("select stratum from sharing.drawn_subject where draw_number = %s", (number,)).fetchall()
    assert Counter(stratum for (stratum,) in drawn) == TO_DRAW
    assert export_draw(city, number, tmp_path / "out") == sum(TO_DRAW.values())
    assert verify_draw(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("draw.seed", "another seed", "the seed is not the one"),
        ("draw_stratum.to_draw", "4", "the frame is not the one"),
        ("draw_frame.stratum", "D", "the frame is not the one"),
        ("draw_inspector.inspector_code", "I0", "the frame is not the one"),
        ("drawn_subject.subject_key", "SA999", "drawn subjects"),
        ("draw_assignment.inspector_code", "I0", "inspectors"),
    ],
)
def test_an_outsider_finds_what_was_changed(
    city: psycopg.Connection[Any], tmp_path: Path, place: str, value: str, told: str
) -> None:
    export_draw(city, draw(city), tmp_path)
    file, column = place.split(".")
    path = tmp_path / f"{file}.csv"
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    rows[0][column] = value
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert any(told in difference for difference in verify_draw(tmp_path))


def test_an_outsider_finds_a_subject_left_out_and_one_slipped_in(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    export_draw(city, draw(city), tmp_path)
    path = tmp_path / "drawn_subject.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    assert any("1 computed and not published" in difference for difference in verify_draw(tmp_path))
    path.write_text("".join([*lines, "A,4,SA999,ff\n"]), encoding="utf-8")
    assert any("1 published and not computed" in difference for difference in verify_draw(tmp_path))


def test_the_sql_of_the_page_repeats_a_draw(city: psycopg.Connection[Any]) -> None:
    """The statements of docs/double_random.md, as they stand there."""
    number = draw(city)
    page = (paths.home() / "docs" / "double_random.md").read_text(encoding="utf-8")
    statements = re.findall(r"```sql\n(.+?)```", page, re.DOTALL)
    assert len(statements) == 4
    names = {"registered_matters-2026-04-1": number}
    assert all(name in statement for name in names for statement in statements)

    def answers() -> list[list[tuple[Any, ...]]]:
        return [city.execute(statement.encode()).fetchall() for statement in statements]

    assert answers() == [[(True,)], [(True,)], [], []]
    tamper(city, "update supervision.draw_frame set subject_key = 'SA999' where subject_key = 'SA001'")
    assert answers()[1] == [(False,)]
    tamper(city, "update supervision.drawn_subject set subject_key = 'SA998' where position = 1 and stratum = 'A'")
    assert len(answers()[2]) >= 2
    tamper(city, "update supervision.draw_assignment set inspector_code = 'I0' where place = 1")
    assert answers()[3] != []


def test_the_hash_comes_first_and_the_seed_after(city: psycopg.Connection[Any], tmp_path: Path) -> None:
    number = commit(city)
    before = everything(city)
    with pytest.raises(DrawRefused, match="the seed is not the one committed to"):
        make_draw(city, number, "another seed", "王五")
    with pytest.raises(DrawRefused, match="not drawn yet"):
        export_draw(city, number, tmp_path)
    with pytest.raises(DrawRefused, match="there is no such draw"):
        make_draw(city, "registered_matters-2026-04-9", SEED, "王五")
    with pytest.raises(DrawRefused, match=r"registered_matters-2026-04-1.*cancel it first"):
        commit(city, "a luckier seed")
    assert everything(city) == before
    assert city.execute("select seed, drawn_at from sharing.draw").fetchall() == [(None, None)]
    assert make_draw(city, number, SEED, "王五")
    after = everything(city)
    assert not make_draw(city, number, SEED, "李四"), "drawn before"
    with pytest.raises(DrawRefused, match="not drawn again"):
        make_draw(city, number, "another seed", "王五")
    assert everything(city) == after


def test_a_frame_that_was_changed_after_the_commitment_is_not_drawn_from(city: psycopg.Connection[Any]) -> None:
    number = commit(city)
    tamper(city, "update supervision.draw_frame set stratum = 'A' where subject_key = 'SD001'")
    with pytest.raises(DrawRefused, match="the frame was changed"):
        make_draw(city, number, SEED, "王五")
    assert city.execute("select count(*) from supervision.drawn_subject").fetchone() == (0,)


def test_a_cancelled_draw_stays_visible_and_makes_room_for_another(city: psycopg.Connection[Any]) -> None:
    number = draw(city)
    with pytest.raises(DrawRefused, match="needs a reason"):
        cancel_draw(city, number, " ", "王五")
    cancel_draw(city, number, "名录有误", "王五")
    with pytest.raises(DrawRefused, match="cancelled already"):
        cancel_draw(city, number, "名录有误", "王五")
    assert city.execute(
        "select draw_number, cancelled_reason, cancelled_by, seed, cancelled_at is not null from sharing.draw"
    ).fetchall() == [(number, "名录有误", "王五", SEED, True)]
    assert city.execute("select count(*) from sharing.drawn_subject where state is null").fetchone() == (16,)
    assert city.execute("select count(*) from sharing.inspection_progress").fetchone() == (0,)
    assert draw(city, "another lot") == "registered_matters-2026-04-2"
    undrawn = commit_and_cancel(city)
    with pytest.raises(DrawRefused, match="is cancelled"):
        make_draw(city, undrawn, "third", "王五")


def commit_and_cancel(city: psycopg.Connection[Any]) -> str:
    cancel_draw(city, "registered_matters-2026-04-2", "再次作废", "王五")
    number = commit(city, "third")
    cancel_draw(city, number, "再次作废", "王五")
    return number


def test_the_frame_is_of_the_release_in_force_when_it_was_committed_to(city: psycopg.Connection[Any]) -> None:
    number = commit(city)
    frame = city.execute("select subject_key, stratum from sharing.draw_frame order by 1").fetchall()
    assert len(frame) == 60, "whoever has no grade is in no frame"
    release(city, MAY.replace(day=25), {"A": 1, "E": 1})
    make_draw(city, number, SEED, "王五")
    assert city.execute("select subject_key, stratum from sharing.draw_frame order by 1").fetchall() == frame


def test_without_inspectors_nothing_is_committed_to(warehouse: psycopg.Connection[Any], tmp_path: Path) -> None:
    prepared(warehouse, tmp_path, 0)
    before = everything(warehouse)
    with pytest.raises(DrawRefused, match="nobody on duty"):
        commit(warehouse)
    warehouse.execute("drop schema thematic_public_credit cascade")
    with pytest.raises(DrawRefused, match="no directory of inspectors"):
        commit(warehouse)
    with pytest.raises(DrawRefused, match="no item of the supervision list"):
        commit(warehouse, item="unheard_of")
    assert everything(warehouse) == before
