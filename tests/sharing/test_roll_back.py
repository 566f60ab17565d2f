"""A release is put back while cases, plans and draws made of it stand: nothing of them is lost, and they go on."""

from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from credit_grading.publication.roll_back import roll_back
from credit_grading.supervision.review import review
from tests.sharing import reviews
from tests.sharing.inspections import MAY, SEED, commit, draw, prepared, release
from tests.sharing.reviews import MONDAY, PUBLIC, SUPPLIER, events

JULY = date(2026, 7, 1)
PLANS = (
    "select plan.publication_id, counted.grade, counted.subjects, counted.to_draw from supervision.inspection_plan as"
    " plan inner join supervision.plan_grade as counted using (plan_id) order by 1, 2"
)


def test_a_case_of_a_release_put_back_closes_for_that_cause(warehouse: psycopg.Connection[Any]) -> None:
    reviews.release(warehouse, [("S1", PUBLIC, "A"), ("S1", SUPPLIER, "A")])
    reviews.release(warehouse, [("S1", PUBLIC, "A"), ("S1", SUPPLIER, "D")])
    review(warehouse, MONDAY)
    opened = events(warehouse)
    assert ("case_opened", "S1") in [event[:2] for event in opened]
    roll_back(warehouse, 1, "第二次发布有误", "张三")
    review(warehouse, MONDAY)
    assert events(warehouse)[: len(opened)] == opened
    assert ("case_closed", "S1", None, "roll_back") in events(warehouse)[len(opened) :]
    assert review(warehouse, MONDAY) == {}
    # the release was right after all: its case is open again
    closed = len(events(warehouse))
    roll_back(warehouse, 2, "查明无误", "张三")
    review(warehouse, MONDAY)
    assert "S1" in [subject for _, subject, *_ in events(warehouse)[closed:]]
    assert warehouse.execute("select state from supervision.review_case").fetchall() == [("open",)]


def test_a_draw_stands_and_the_next_plan_is_of_what_was_put_back(
    warehouse: psycopg.Connection[Any], tmp_path: Path
) -> None:
    prepared(warehouse, tmp_path)
    release(warehouse, MAY, {"A": 1, "D": 40})
    number = draw(warehouse)
    frame = "select * from supervision.draw_frame where draw_number = %s order by subject_key"
    drawn = "select * from supervision.drawn_subject where draw_number = %s order by subject_key"
    before = [warehouse.execute(query, (number,)).fetchall() for query in (frame, drawn)]
    assert all(before)
    roll_back(warehouse, 1, "等级有误", "张三")
    assert [warehouse.execute(query, (number,)).fetchall() for query in (frame, drawn)] == before
    assert warehouse.execute(
        "select supervision.frame_hash(draw_number) = frame_hash from supervision.draw"
    ).fetchall() == [(True,)]
    commit(warehouse, SEED, begins=JULY)
    plans = {publication: counts for publication, *counts in warehouse.execute(PLANS) if counts[0] == "D"}
    assert plans == {2: ["D", 40, 40], 3: ["D", 5, 5]}
