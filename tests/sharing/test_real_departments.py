"""The project's own department files: what each of the thirty logins sees, computed from the YAML by other means.

Nothing of the loader or of the row policies is used for the expectation: the file as text, the day in the city, and
every row as the owner sees it.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
import yaml

from credit_grading import paths
from credit_grading.department.load import load_departments
from credit_grading.publication.publish import publish
from credit_grading.sharing.roles import sync_roles
from tests.sharing.releases import Grade, set_candidates, verified_run
from tests.sharing.test_roles import log_in

FILES = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(paths.departments().glob("*.yml"))
}
RULEBOOKS = sorted({file.stem.partition("@")[0] for file in paths.rulebooks().glob("*.yml")})
BY_SUBJECT = (
    "grade", "grade_change", "contribution", "limit_hit", "crosswalk_level", "single_change", "grade_explained",
    "condition_explained", "grade_data_age", "grade_current", "grade_history",
)  # fmt: skip
DIVISIONS = {"S0": "500101", "S1": "500112", "S2": "500101"}


@pytest.fixture(scope="module")
def shared(module_warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    owner, day = module_warehouse, date(2025, 6, 1)
    set_candidates(
        owner, day, [Grade(rulebook, subject, Decimal(70)) for rulebook in RULEBOOKS for subject in DIVISIONS]
    )
    for subject, division in DIVISIONS.items():
        owner.execute("update candidate.grade set division_code = %s where subject_key = %s", (division, subject))
    # the rules of one rulebook stand for those of the others
    for table in ("rulebook", "indicator", "grade_band", "grade_condition", "rulebook_data_age"):
        owner.execute(
            f"insert into candidate.{table}"
            " select (jsonb_populate_record(known, jsonb_build_object('rulebook_id', other))).*"
            f" from candidate.{table} as known, unnest(%s::text[]) as other where rulebook_id = 'public_credit'",
            ([name for name in RULEBOOKS if name not in ("public_credit", "bidding_participant")],),
        )
    owner.execute(
        "insert into candidate.limit_hit"
        " select rulebook_id, subject_key, facet, 'dishonest', null, '[]' from candidate.grade;"
        "insert into candidate.crosswalk_level"
        " select rulebook_id, subject_key, facet, 'M', '[]' from candidate.grade;"
        "insert into candidate.single_change (rulebook_id, subject_key, facet, direction, kind, grade)"
        " select rulebook_id, subject_key, facet, 'down', 'record_added', 'D' from candidate.grade"
    )
    publish(owner, verified_run(owner, day))
    sync_roles(owner, load_departments())
    yield owner
    for name in FILES:
        owner.execute(f"drop owned by department_{name}; drop role department_{name}")


def may_read(reads: list[Any], rulebook: str, subject: str) -> bool:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    for granted in reads:
        if isinstance(granted, str):
            granted = {"rulebook": granted, "from": "0001-01-01", "until": "9999-12-31"}  # noqa: PLW2901
        if (
            granted["rulebook"] in (rulebook, "all")
            and str(granted["from"]) <= today <= str(granted["until"])
            and ("divisions" not in granted or DIVISIONS[subject] in granted["divisions"])
        ):
            return True
    return False


def test_there_are_thirty_and_they_do_not_all_read_the_same() -> None:
    assert len(FILES) == 30
    assert len({str(file["reads"]) for file in FILES.values()}) >= 5
    assert len(RULEBOOKS) >= 5
    assert any(isinstance(granted, dict) for file in FILES.values() for granted in file["reads"])


@pytest.mark.parametrize("table", BY_SUBJECT)
def test_every_login_sees_exactly_what_its_file_says(shared: psycopg.Connection[Any], table: str) -> None:
    every = shared.execute(f"select rulebook_id, subject_key, t::text from sharing.{table} as t").fetchall()
    assert {rulebook for rulebook, _, _ in every} == set(RULEBOOKS)
    assert {subject for _, subject, _ in every} == set(DIVISIONS)
    for name, file in FILES.items():
        expected = sorted(row for rulebook, subject, row in every if may_read(file["reads"], rulebook, subject))
        with log_in(shared, name) as department:
            seen = sorted(row for (row,) in department.execute(f"select t::text from sharing.{table} as t"))
        assert seen == expected, name
        assert seen != [], name


def test_every_login_is_told_of_its_own_rights_only(shared: psycopg.Connection[Any]) -> None:
    for name, file in FILES.items():
        with log_in(shared, name) as department:
            told = department.execute("select department_id, rulebook_id from sharing.entitlement").fetchall()
        assert sorted(told) == sorted(
            (name, granted if isinstance(granted, str) else granted["rulebook"]) for granted in file["reads"]
        )


def test_development_and_reform_sees_every_grade(shared: psycopg.Connection[Any]) -> None:
    with log_in(shared, "development_and_reform") as department:
        assert department.execute("select count(*) from sharing.grade").fetchone() == (len(RULEBOOKS) * 3,)
