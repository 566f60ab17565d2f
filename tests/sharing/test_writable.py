"""Departments may add rows to the tables named writable: their own rows, the stated columns, nothing else."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from credit_grading.sharing import roles
from credit_grading.sharing.roles import sync_roles
from tests.sharing.releases import Department
from tests.sharing.test_roles import log_in

ANSWER = """
create table sharing.answer (
    answer_id bigint generated always as identity primary key,
    department_id text collate "C" not null,
    words text not null,
    said_by text not null default session_user
);
alter table sharing.answer enable row level security;
create policy department_reads on sharing.answer for select
using (department_id = (select sharing.current_department()));
create policy department_adds on sharing.answer for insert
with check (department_id = (select sharing.current_department()));
"""
OFFICES = ("answering_office", "other_office")


@pytest.fixture
def answering(warehouse: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection[Any]]:
    warehouse.execute(ANSWER)
    monkeypatch.setattr(roles, "READABLE", (*roles.READABLE, "answer"))
    monkeypatch.setattr(roles, "WRITABLE", {"answer": ("department_id", "words")})
    # a right given by hand, which the next sync takes away
    sync_roles(warehouse, [Department(name, []) for name in OFFICES])
    warehouse.execute("grant all on sharing.answer to department_other_office")
    warehouse.execute("grant update (words) on sharing.answer to department_other_office")
    sync_roles(warehouse, [Department(name, []) for name in OFFICES])
    yield warehouse
    for name in OFFICES:
        warehouse.execute(f"drop owned by department_{name}; drop role department_{name}")


def test_a_department_adds_rows_of_its_own(answering: psycopg.Connection[Any]) -> None:
    for name in OFFICES:
        with log_in(answering, name) as department:
            department.execute(f"insert into sharing.answer (department_id, words) values ('{name}', '已复核')")
            assert department.execute("select department_id, said_by from sharing.answer").fetchall() == [
                (name, f"department_{name}")
            ]
    assert answering.execute("select count(*) from sharing.answer").fetchone() == (2,)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into sharing.answer (department_id, words) values ('answering_office', 'of another')",
        "insert into sharing.answer (department_id, words, said_by) values ('other_office', 'x', 'somebody')",
        "insert into sharing.answer (answer_id, department_id, words) overriding system value"
        " values (9, 'other_office', 'x')",
        "update sharing.answer set words = 'y'",
        "delete from sharing.answer",
        "truncate sharing.answer",
        "select nextval('sharing.answer_answer_id_seq')",
        "insert into sharing.publication default values",
    ],
)
def test_nothing_else_can_be_written(answering: psycopg.Connection[Any], statement: str) -> None:
    with log_in(answering, "other_office") as department, pytest.raises(psycopg.errors.InsufficientPrivilege):
        department.execute(statement)
    assert answering.execute("select count(*) from sharing.answer").fetchone() == (0,)
