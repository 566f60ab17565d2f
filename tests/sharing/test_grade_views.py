"""What a department looks at first: current grades with their reasons, and what they were before."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.sharing.published import JUNE, release, scored, with_roles
from tests.sharing.releases import DEPARTMENTS, Grade
from tests.sharing.test_roles import log_in

ADJUST = """
update candidate.grade set grade_status = 'veto', limit_id = 'dishonest', next_change_on = '2026-03-01',
    gap_to_next_band = null
where subject_key = 'S2' and rulebook_id = 'public_credit';
update candidate.grade set gap_to_next_band = 15 where subject_key = 'S1';
insert into candidate.contribution
select rulebook_id, subject_key, facet, 'honour', 'hit', 2, 26, 0.5, 13, '[]' from candidate.grade
where subject_key = 'S1' and rulebook_id = 'public_credit';
insert into candidate.crosswalk_level
select rulebook_id, subject_key, facet, 'M', '[]' from candidate.grade where subject_key = 'S0';
"""


@pytest.fixture
def shared(warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    grades = scored("public_credit", {"S0": "90", "S1": "65", "S2": "42.505"})
    release(warehouse, JUNE, [*grades, *scored("bidding_participant", {"S1": "85"})], ADJUST)
    with with_roles(warehouse):
        yield warehouse


def current(connection: psycopg.Connection[Any], subject_key: str, rulebook_id: str = "public_credit") -> Any:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select * from sharing.grade_current where rulebook_id = %s and subject_key = %s",
            (rulebook_id, subject_key),
        ).fetchone()


def test_one_row_says_everything_about_a_grade(shared: psycopg.Connection[Any]) -> None:
    assert current(shared, "S2") == {
        "rulebook_id": "public_credit", "rulebook_title_zh": "公共信用评价", "rulebook_version": "2025-01",
        "subject_key": "S2", "subject_name": "企业S2", "facet": "", "division_code": "500101",
        "score": Decimal("42.505"), "grade": "D", "grade_title_zh": "差", "city_grade": "D",
        "city_grade_title_zh": "较差", "grade_status": "veto",
        # rounded for reading: the exact number stands in grade_explained
        "reasons_zh": "行政处罚减 37.5 分；列入严重失信主体名单，直接定为 D",
        "measures_zh": ["列为重点检查对象"], "inspection_ratio_percent": 100, "inspections_per_year": 12,
        "gap_to_next_band": None, "next_change_on": date(2026, 3, 1), "changed_as_of": JUNE,
        "changed_publication_id": 1, "as_of": JUNE, "publication_id": 1, "oldest_age_days": 2, "carried_over_feeds": 1,
    }  # fmt: skip


def test_reasons_begin_with_what_moved_the_score_most(shared: psycopg.Connection[Any]) -> None:
    row = current(shared, "S1")
    assert row["reasons_zh"] == "行政处罚减 15 分；荣誉加 3 分"
    assert (row["measures_zh"], row["inspection_ratio_percent"], row["gap_to_next_band"]) == ([], None, 15)
    assert current(shared, "S0")["reasons_zh"] == "外部等级：M；行政处罚加 10 分"


def test_what_did_not_change_says_so_and_names_the_newest_release(shared: psycopg.Connection[Any]) -> None:
    grades = scored("public_credit", {"S0": "90", "S1": "85"})
    release(shared, date(2025, 6, 2), grades, "update candidate.grade set gap_to_next_band = 15 where subject_key='S0'")
    release(shared, date(2025, 6, 3), [*grades, Grade("public_credit", "S9", Decimal(90))],
            "update candidate.grade set gap_to_next_band = 15 where subject_key='S0'")  # fmt: skip
    row = current(shared, "S1")
    assert (row["changed_publication_id"], row["publication_id"]) == (2, 3)
    assert (row["changed_as_of"], row["as_of"]) == (date(2025, 6, 2), date(2025, 6, 3))


def history(connection: psycopg.Connection[Any], subject_key: str) -> list[Any]:
    return connection.execute(
        "select first_publication_id, until_publication_id, score, grade, is_removed_after from sharing.grade_history"
        " where subject_key = %s and rulebook_id = 'public_credit' order by first_publication_id",
        (subject_key,),
    ).fetchall()


def test_history_has_one_row_per_period_and_removal_is_an_end(shared: psycopg.Connection[Any]) -> None:
    release(shared, date(2025, 6, 2), scored("public_credit", {"S0": "90", "S1": "85"}))
    # a new gap, the same grade: no period of its own
    release(shared, date(2025, 6, 3), scored("public_credit", {"S0": "90", "S1": "85"}),
            "update candidate.grade set gap_to_next_band = 1")  # fmt: skip
    release(shared, date(2025, 6, 4), scored("public_credit", {"S0": "70", "S1": "85", "S2": "50"}))
    assert history(shared, "S0") == [(1, 4, 90, "A", False), (4, None, 70, "B", False)]
    assert history(shared, "S1") == [(1, 2, 65, "B", False), (2, None, 85, "A", False)]
    assert history(shared, "S2") == [(1, 2, Decimal("42.505"), "D", True), (4, None, 50, "D", False)]
    periods = shared.execute(
        "select valid_from, valid_until, as_of from sharing.grade_history where subject_key = 'S0' order by 1"
    ).fetchall()
    assert periods[0][1] == periods[1][0] > periods[0][0]
    assert (periods[1][1], periods[1][2]) == (None, date(2025, 6, 4))


def test_another_version_with_the_same_grade_is_another_period(shared: psycopg.Connection[Any]) -> None:
    release(shared, date(2025, 6, 2), scored("public_credit", {"S0": "90"}),
            "update candidate.grade set rulebook_version = '2025-02'")  # fmt: skip
    found = shared.execute(
        "select rulebook_version, until_publication_id from sharing.grade_history where subject_key = 'S0' order by 1"
    ).fetchall()
    assert found == [("2025-01", 2), ("2025-02", None)]


@pytest.mark.parametrize(("department_id", "reads"), DEPARTMENTS.items())
def test_each_role_sees_its_rulebooks_row_by_row(
    shared: psycopg.Connection[Any], department_id: str, reads: list[str]
) -> None:
    release(
        shared, date(2025, 6, 2), [*scored("public_credit", {"S0": "55"}), *scored("bidding_participant", {"S1": "61"})]
    )
    with log_in(shared, department_id) as department:
        for view in ("grade_current", "grade_history"):
            every = shared.execute(f"select rulebook_id, t::text from sharing.{view} as t").fetchall()
            assert {rulebook for rulebook, _ in every} == {"public_credit", "bidding_participant"}
            wanted = sorted(text for rulebook, text in every if reads == ["all"] or rulebook in reads)
            assert sorted(row for (row,) in department.execute(f"select t::text from sharing.{view} as t")) == wanted


def test_one_subject_is_found_without_reading_the_others(shared: psycopg.Connection[Any]) -> None:
    shared.execute(
        "insert into sharing.grade select rulebook_id, 'T' || n, facet, subject_name, division_code, rulebook_version,"
        " as_of, score, grade, city_grade, grade_status, limit_id, gap_to_next_band, next_change_on, publication_id"
        " from sharing.grade, generate_series(1, 5000) as n where subject_key = 'S1';"
        "insert into sharing.contribution select rulebook_id, 'T' || n, facet, indicator_id, status, raw_value, value,"
        " factor, contribution, records from sharing.contribution, generate_series(1, 5000) as n"
        " where subject_key = 'S1';"
        "insert into sharing.grade_change (sequence, publication_id, change, rulebook_id, subject_key, facet, as_of)"
        " select 1000 + n, 1, 'added', 'public_credit', 'T' || n, '', '2025-06-01' from generate_series(1, 5000) as n;"
        "analyze sharing.grade, sharing.contribution, sharing.grade_change"
    )
    with log_in(shared, "development_and_reform") as department:
        for view, large in (("grade_current", ("grade", "contribution")), ("grade_history", ("grade_change",))):
            asked = f"select * from sharing.{view} where subject_key = 'T77'"
            plan = "\n".join(line for (line,) in department.execute(f"explain {asked}"))
            for table in large:
                assert re.search(rf"Seq Scan on {table}\b", plan) is None, plan
                assert re.search(rf"\bon {table}\b", plan), plan
            assert len(department.execute(asked).fetchall()) >= 1
