"""Who inspects: within the limits, never whom he must not, no pair twice; open places say why."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from credit_grading.supervision.draw import export_draw, set_recusal
from credit_grading.supervision.draw_verify import verify_draw
from tests.sharing.inspections import TO_DRAW, code, commit, draw, prepared


@pytest.fixture
def city(warehouse: psycopg.Connection[Any], tmp_path: Path) -> psycopg.Connection[Any]:
    prepared(warehouse, tmp_path)
    return warehouse


def pairs(owner: psycopg.Connection[Any], number: str) -> dict[str, list[str]]:
    """Inspectors of each drawn subject, in order of place."""
    found: dict[str, list[str]] = {}
    for subject, inspector in owner.execute(
        "select subject_key, inspector_code from sharing.draw_assignment where draw_number = %s order by 1, place",
        (number,),
    ):
        found.setdefault(subject, []).append(inspector)
    return found


def test_inspectors_are_within_their_limits_and_no_pair_meets_twice(city: psycopg.Connection[Any]) -> None:
    assigned = pairs(city, draw(city))
    assert len(assigned) == sum(TO_DRAW.values())
    assert all(len(set(codes)) == 2 and None not in codes for codes in assigned.values())
    met = Counter(frozenset(codes) for codes in assigned.values())
    assert max(met.values()) == 1
    loads = Counter(inspector for codes in assigned.values() for inspector in codes)
    assert set(loads) <= {code(number) for number in range(1, 13)}
    # 16 subjects with two each, over twelve: the least burdened goes first
    assert max(loads.values()) - min(loads.values()) <= 1


def test_nobody_inspects_whom_he_must_not(city: psycopg.Connection[Any]) -> None:
    """The recusal list, the own employer, and whoever was there the last time."""
    first = draw(city)
    [(chosen,)] = city.execute(
        "select subject_key from sharing.drawn_subject where draw_number = %s and stratum = 'D' limit 1", (first,)
    ).fetchall()
    city.execute("update thematic_public_credit.inspector set department_code = %s where person_key = 'P:3'", (chosen,))
    set_recusal(city, code(4), chosen, is_recused=True, reason="亲属", recorded_by="李四")
    set_recusal(city, code(5), chosen, is_recused=True, reason="亲属", recorded_by="李四")
    set_recusal(city, code(5), chosen, is_recused=False, reason="误登", recorded_by="李四")
    second = draw(city, "another lot", date(2026, 7, 1))
    grounds = city.execute(
        "select ground, inspector_code from sharing.draw_recusal where draw_number = %s and subject_key = %s",
        (second, chosen),
    ).fetchall()
    last_time = [("inspected_last_time", inspector) for inspector in pairs(city, first)[chosen]]
    assert sorted(grounds) == sorted([("declared", code(4)), ("employer", code(3)), *last_time])
    recused = {inspector for _, inspector in grounds}
    assert len(pairs(city, second)[chosen]) == 2
    for subject, inspectors in pairs(city, second).items():
        before = set(pairs(city, first).get(subject, []))
        assert not before & set(inspectors), subject
    assert not recused & set(pairs(city, second)[chosen])


@pytest.mark.parametrize(
    ("inspectors", "limit", "reasons"),
    [
        (1, 40, {"too_few_inspectors": 16}),
        (12, 1, {"workload": 32 - 12}),
        # three inspectors make three pairs; a fourth subject finds one inspector, and nobody who has not met that one
        (3, 40, {"repeat_pairing": 16 - 3}),
    ],
)
def test_a_place_that_nobody_can_take_stays_open_with_its_reason(
    warehouse: psycopg.Connection[Any], tmp_path: Path, inspectors: int, limit: int, reasons: dict[str, int]
) -> None:
    prepared(warehouse, tmp_path, inspectors, workload_limit=limit)
    number = draw(warehouse)
    found = warehouse.execute(
        "select unassigned_reason, count(*) from sharing.draw_assignment"
        " where draw_number = %s and inspector_code is null group by 1",
        (number,),
    ).fetchall()
    assert dict(found) == reasons
    export_draw(warehouse, number, tmp_path / "out")
    assert verify_draw(tmp_path / "out") == []


def test_a_subject_from_which_all_are_recused_stays_without_inspectors(
    warehouse: psycopg.Connection[Any], tmp_path: Path
) -> None:
    prepared(warehouse, tmp_path, 4)
    for number in range(1, 5):
        set_recusal(warehouse, code(number), "SD000", is_recused=True, reason="亲属", recorded_by="李四")
    number = draw(warehouse)
    assert pairs(warehouse, number)["SD000"] == [None, None]
    assert warehouse.execute(
        "select distinct unassigned_reason from sharing.draw_assignment where subject_key = 'SD000'"
    ).fetchall() == [("recusal",)]
    export_draw(warehouse, number, tmp_path / "out")
    assert verify_draw(tmp_path / "out") == []


def test_only_those_on_duty_with_a_valid_certificate_of_the_line_are_drawn(
    warehouse: psycopg.Connection[Any], tmp_path: Path
) -> None:
    prepared(warehouse, tmp_path, 8)
    for person, change in enumerate(
        (
            "is_active = false", "certificate_valid_until = '2026-06-29'", "business_line = '食品'",
            "known_until = '2026-02-01'", "certificate_valid_until = '2026-06-30'",
        ), 1,
    ):  # fmt: skip
        warehouse.execute(
            f"update thematic_public_credit.inspector set {change} where person_key = 'P:{person}'".encode()
        )
    commit(warehouse)
    assert warehouse.execute("select inspector_code from sharing.draw_inspector order by 1").fetchall() == sorted(
        (code(number),) for number in (5, 6, 7, 8)
    )
