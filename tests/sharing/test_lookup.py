"""Asking for one subject: what the asking department may know, and one line on the record. With real logins."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from credit_grading.department.model import Subscription
from credit_grading.publication.publish import publish
from credit_grading.sharing.roles import sync_roles
from tests.sharing.releases import Department, Grade, set_candidates, verified_run
from tests.sharing.test_roles import log_in

JUNE = date(2025, 6, 1)
YEAR = timedelta(days=365)
OFFICES = [
    Department("asking_credit", ["public_credit"]),
    Department("asking_all", ["all"]),
    Department("asking_nothing", []),
    Department("asking_too_late", [Subscription("public_credit", "用途", "依据", JUNE, JUNE + YEAR)]),
    Department("asking_elsewhere", [Subscription("all", "用途", "依据", JUNE, JUNE + 40 * YEAR, ("500112",))]),
]


@pytest.fixture(scope="module")
def asked(module_warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """Subject S1 in two rulebooks, changed once; S2 was graded and is no more; and many others."""
    owner = module_warehouse
    others = [Grade("public_credit", f"X{number}", Decimal(70)) for number in range(3000)]
    credit, bidding = (Grade(rulebook, "S1", Decimal(70), "B") for rulebook in ("public_credit", "bidding_participant"))
    set_candidates(owner, JUNE, [*others, credit, bidding, Grade("public_credit", "S2", Decimal(70))])
    publish(owner, verified_run(owner, JUNE))
    set_candidates(owner, JUNE, [*others, Grade("public_credit", "S1", Decimal(50), "D"), bidding])
    publish(owner, verified_run(owner, JUNE))
    owner.execute("analyze sharing.grade; analyze sharing.contribution; analyze sharing.grade_change")
    sync_roles(owner, OFFICES)
    yield owner
    for office in OFFICES:
        owner.execute(f"drop owned by department_{office.id}; drop role department_{office.id}")


def lookup(department: psycopg.Connection[Any], subject: str | None, purpose: str | None) -> list[dict[str, Any]]:
    with department.cursor(row_factory=dict_row) as cursor:
        return cursor.execute("select * from sharing.lookup(%s, %s)", (subject, purpose)).fetchall()


def test_a_lookup_tells_grade_reasons_meaning_and_history(asked: psycopg.Connection[Any]) -> None:
    with log_in(asked, "asking_credit") as department:
        [found] = lookup(department, " S1 ", "投标资格审查")
    told = [found[name] for name in ("rulebook_id", "rulebook_zh", "subject_key", "subject_name", "score", "grade")]
    assert told == ["public_credit", "公共信用评价", "S1", "企业S1", Decimal(50), "D"]
    assert [(line["line_kind"], line["indicator_id"], line["contribution"]) for line in found["reasons"]] == [
        ("start", None, 60), ("indicator", "penalty", -20), ("indicator", "honour", 10),
    ]  # fmt: skip
    assert "S1 的行政处罚" in found["reasons"][1]["records"][0]["summary"]
    assert [measure["measure_zh"] for measure in found["measures"]] == ["列为重点检查对象"]
    assert [effect["effect_zh"] for effect in found["effects"]] == ["评标减2分"]
    assert [(change["change"], change["previous_grade"], change["grade"]) for change in found["history"]] == [
        ("added", None, "B"), ("changed", "B", "D"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("office", "subject", "expected"),
    [
        ("asking_all", "S1", [("bidding_participant", "B"), ("public_credit", "D")]),
        ("asking_credit", "S1", [("public_credit", "D")]),
        # not graded any more: the history is left
        ("asking_credit", "S2", [("public_credit", None)]),
        ("asking_credit", "nobody", []),
        ("asking_nothing", "S1", []),
        ("asking_too_late", "S1", []),
        ("asking_elsewhere", "S1", []),
    ],
)
def test_it_shows_what_the_asking_department_may_read_and_logs_that_it_asked(
    asked: psycopg.Connection[Any], office: str, subject: str, expected: list[tuple[str, str | None]]
) -> None:
    log = "select department_id, asked_by, subject_key, purpose, grades_found, asked_at > now() - interval '1 minute'"
    with log_in(asked, office) as department:
        before = department.execute("select lookup_id from sharing.lookup_log").fetchall()
        assert [(row["rulebook_id"], row["grade"]) for row in lookup(department, subject, "复核")] == expected
        added = department.execute(
            log + " from sharing.lookup_log where lookup_id <> all(%s)", ([lookup_id for (lookup_id,) in before],)
        ).fetchall()
    assert added == [(office, f"department_{office}", subject, "复核", len(expected), True)]


def test_every_department_reads_its_own_lines_of_the_log_only(asked: psycopg.Connection[Any]) -> None:
    for office in ("asking_all", "asking_nothing"):
        with log_in(asked, office) as department:
            lookup(department, "S1", "核查")
            assert department.execute("select distinct department_id from sharing.lookup_log").fetchall() == [(office,)]
    assert len(asked.execute("select distinct department_id from sharing.lookup_log").fetchall()) >= 2


@pytest.mark.parametrize(("subject", "purpose"), [("S1", ""), ("S1", "  "), ("S1", None), ("", "复核"), (None, "复核")])
def test_a_lookup_without_purpose_or_subject_is_refused(
    asked: psycopg.Connection[Any], subject: str | None, purpose: str | None
) -> None:
    before = asked.execute("select count(*) from sharing.lookup_log").fetchone()
    refused = pytest.raises(psycopg.errors.InvalidParameterValue, match=r"查询须写明.*\(state the")
    with log_in(asked, "asking_credit") as department, refused:
        lookup(department, subject, purpose)
    assert asked.execute("select count(*) from sharing.lookup_log").fetchone() == before


@pytest.mark.parametrize(
    "statement",
    [
        "delete from sharing.lookup_log",
        "update sharing.lookup_log set purpose = 'x'",
        "truncate sharing.lookup_log",
        "insert into sharing.lookup_log (department_id, subject_key, purpose, grades_found)"
        " values ('asking_all', 'S1', 'x', 0)",
        "insert into sharing.lookup_log (subject_key, purpose, grades_found) values ('S1', 'x', 0)",
        "insert into sharing.lookup_log (department_id, subject_key, purpose, grades_found, asked_by)"
        " values ('asking_credit', 'S1', 'x', 0, 'department_asking_all')",
        "insert into sharing.lookup_log (department_id, subject_key, purpose, grades_found, asked_at)"
        " values ('asking_credit', 'S1', 'x', 0, '2020-01-01')",
        "create or replace function sharing.lookup(subject text, purpose text) returns integer"
        " language sql as 'select 1'",
        "alter table sharing.lookup_log disable row level security",
    ],
)
def test_the_log_can_be_neither_changed_nor_forged(asked: psycopg.Connection[Any], statement: str) -> None:
    before = asked.execute("select count(*) from sharing.lookup_log").fetchone()
    with log_in(asked, "asking_credit") as department, pytest.raises(psycopg.errors.InsufficientPrivilege):
        department.execute(statement)
    assert asked.execute("select count(*) from sharing.lookup_log").fetchone() == before


def test_the_pipelines_own_lookups_are_logged_without_a_department(asked: psycopg.Connection[Any]) -> None:
    assert len(lookup(asked, "S1", "平台核查")) == 2
    newest = "select department_id, asked_by, grades_found from sharing.lookup_log order by lookup_id desc limit 1"
    assert asked.execute(newest).fetchone() == (None, asked.info.user, 2)


@pytest.mark.parametrize("office", [office.id for office in OFFICES])
@pytest.mark.parametrize("table", ["grade", "contribution", "grade_change", "grade_explained"])
def test_one_subject_is_found_by_index_whatever_the_policies_say(
    asked: psycopg.Connection[Any], office: str, table: str
) -> None:
    condition = (
        "rulebook_id = 'public_credit' and subject_key = 'X7'" if table == "contribution" else "subject_key = 'X7'"
    )
    with log_in(asked, office) as department:
        plan = "\n".join(
            line for (line,) in department.execute(f"explain select * from sharing.{table} where {condition}")
        )
    large = ("grade", "contribution", "grade_change")
    scanned = [line for line in plan.splitlines() for name in large if f"Seq Scan on {name} " in f"{line} "]
    # an index that is read from end to end would be no better
    assert "Index Cond: " in plan
    assert "subject_key = 'X7'" in plan
    assert scanned == [], plan
