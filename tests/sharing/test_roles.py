"""Every department logs in and sees exactly what its file entitles it to: on a real Postgres, with real logins."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from credit_grading.publication.publish import publish
from credit_grading.sharing.roles import (
    READABLE,
    RolesRefused,
    passwords_from_environment,
    role_name,
    sync_roles,
)
from credit_grading.supervision.warn import warn
from tests.sharing.releases import DEPARTMENTS, Department, Grade, departments, set_candidates, verified_run
from tests.sharing.repaired import MARKS
from tests.sharing.sectors import SECTOR_VIEWS, SECTORS
from tests.sharing.warned import rule

JUNE = date(2025, 6, 1)
BY_RULEBOOK = (
    "grade", "grade_change", "contribution", "limit_hit", "crosswalk_level", "single_change", "grade_explained",
    "condition_explained", "grade_data_age", "indicator_value", "publicity", "objection", "grade_correction",
    "warning_event", "warning", "deciding_limit", "effect_period", "effect_in_force", "grade_current", "grade_history",
)  # fmt: skip
FOR_EVERYBODY = (
    "publication", "indicator", "grade_limit", "grade_band", "grade_condition", "rulebook", "measure",
    "scenario_effect", "dictionary", "verdict", "feed_age", "rulebook_data_age", "roll_back", "warning_rule",
    "warning_scope", "scenario_effect_history",
)  # fmt: skip
# chosen by who asks, not by rulebook
OWN = (
    "entitlement", "schema_drift", "rejected_row", "lookup_log", "review_notice", "review_answer", "review_outcome",
    "industry_result", "supervision_list", "inspection_plan", "draw", "draw_stratum", "draw_frame", "draw_inspector",
    "draw_recusal", "drawn_subject", "draw_assignment", "inspection_progress", "warning_acknowledgement", "delivery",
)  # fmt: skip
VIEWS = (
    "grade_explained", "condition_explained", "grade_data_age", "indicator_value", "schema_drift", "rejected_row",
    "review_notice", "review_outcome", "supervision_list", "inspection_plan", "draw", "draw_stratum", "draw_frame",
    "draw_inspector", "draw_recusal", "drawn_subject", "draw_assignment", "inspection_progress",
    "warning", "effect_period", "effect_in_force", *SECTOR_VIEWS,
    "grade_current", "grade_history", "delivery",
)  # fmt: skip
# where a trigger refuses an empty row in plain words, before the rights do
CHECKED_FIRST = ("review_answer", "warning_acknowledgement")
RULEBOOKS = ("public_credit", "bidding_participant")


@pytest.fixture
def shared(warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """A released warehouse: 7 grades of one rulebook, 4 of another, with roles for every department of DEPARTMENTS."""
    grades = [Grade("public_credit", f"S{number}", Decimal(number)) for number in range(7)]
    set_candidates(
        warehouse, JUNE, [*grades, *(Grade("bidding_participant", g.subject_key, g.score) for g in grades[:4])]
    )
    warehouse.execute(
        "insert into candidate.limit_hit"
        " select rulebook_id, subject_key, facet, 'dishonest', null, '[]' from candidate.grade;"
        "insert into candidate.crosswalk_level"
        " select rulebook_id, subject_key, facet, 'M', '[]' from candidate.grade;"
        "insert into candidate.single_change (rulebook_id, subject_key, facet, direction, kind, grade)"
        " select rulebook_id, subject_key, facet, 'down', 'record_added', 'D' from candidate.grade"
    )
    warehouse.execute("update candidate.grade set grade = 'D', city_grade = 'D', limit_id = 'dishonest'")
    warehouse.execute("create schema if not exists staging; create table staging.penalty (secret text)")
    publish(warehouse, verified_run(warehouse, JUNE))
    warehouse.execute(MARKS)
    for book in RULEBOOKS:
        rule(warehouse, "serious_listing", version=book, rulebook=book, limit="dishonest")
    # of nobody's own: only the grade opens it
    warehouse.execute('update sharing.limit_hit set records = \'[{"record_key": "k", "department_id": "elsewhere"}]\'')
    warn(warehouse)
    sync_roles(warehouse, departments())
    yield warehouse
    # roles belong to the whole server: leave none behind
    for department_id in [*DEPARTMENTS, "newcomer"]:
        for statement in ("drop owned by {0}", "drop role {0}"):
            if warehouse.execute(
                "select 1 from pg_roles where rolname = %s", (f"department_{department_id}",)
            ).fetchone():
                warehouse.execute(statement.format(f"department_{department_id}"))


def log_in(owner: psycopg.Connection[Any], department_id: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=owner.info.host, port=owner.info.port, dbname=owner.info.dbname, user=f"department_{department_id}",
        autocommit=True,
    )  # fmt: skip


def rows(connection: psycopg.Connection[Any], table: str) -> list[str]:
    return sorted(row for (row,) in connection.execute(f"select t::text from sharing.{table} as t"))


def entitled_rows(owner: psycopg.Connection[Any], table: str, reads: list[str]) -> list[str]:
    wanted = list(RULEBOOKS) if "all" in reads else reads
    every = owner.execute(f"select rulebook_id, t::text from sharing.{table} as t").fetchall()
    assert {rulebook for rulebook, _ in every} == set(RULEBOOKS)
    return sorted(text for rulebook, text in every if rulebook in wanted)


@pytest.mark.parametrize(("department_id", "reads"), DEPARTMENTS.items())
def test_a_department_sees_exactly_the_rows_of_its_rulebooks(
    shared: psycopg.Connection[Any], department_id: str, reads: list[str]
) -> None:
    expected_grades = {"market_regulation": 7, "finance": 4, "development_and_reform": 11, "weather": 0}
    with log_in(shared, department_id) as department:
        for table in BY_RULEBOOK:
            assert rows(department, table) == entitled_rows(shared, table, reads), table
        assert len(rows(department, "grade")) == expected_grades[department_id]


@pytest.mark.parametrize("department_id", DEPARTMENTS)
def test_rules_dictionary_and_verdicts_are_for_every_department(
    shared: psycopg.Connection[Any], department_id: str
) -> None:
    with log_in(shared, department_id) as department:
        for table in FOR_EVERYBODY:
            assert rows(department, table) == rows(shared, table) != [], table
        assert department.execute("select department_id, rulebook_id from sharing.entitlement").fetchall() == [
            (department_id, rulebook) for rulebook in DEPARTMENTS[department_id]
        ]


def test_every_table_of_sharing_is_either_by_rulebook_or_for_everybody(shared: psycopg.Connection[Any]) -> None:
    existing = {
        name
        for (name,) in shared.execute(
            "select relname::text from pg_class where relnamespace = 'sharing'::regnamespace and relkind in ('r', 'v')"
        )
    }
    assert existing == {*BY_RULEBOOK, *FOR_EVERYBODY, *OWN, *SECTORS} == set(READABLE)


def test_a_department_sees_the_drift_of_its_own_feeds_only(shared: psycopg.Connection[Any]) -> None:
    for department_id in ("market_regulation", "finance"):
        shared.execute(
            "insert into landing.received_header (department_id, feed_id, contract_id, source_name, columns,"
            " unknown_columns, missing_columns, lost_columns, suggestions)"
            " values (%s, 'feed_of_' || %s, 'honour', 'a.csv', '{}', '{}', '{honour_title}', '{}', '[]')",
            (department_id, department_id),
        )
    for department_id in ("market_regulation", "finance"):
        with log_in(shared, department_id) as department:
            found = department.execute("select feed_id, kind, column_name, state from sharing.schema_drift").fetchall()
            assert found == [(f"feed_of_{department_id}", "lost_required", "honour_title", "open")]
    with log_in(shared, "weather") as department:
        assert rows(department, "schema_drift") == []


@pytest.mark.parametrize("department_id", DEPARTMENTS)
def test_no_other_schema_can_be_read(shared: psycopg.Connection[Any], department_id: str) -> None:
    # built after the roles were: a right must not come by itself
    shared.execute("create table candidate.later (secret text); create table evaluation.later (secret text)")
    hidden = [
        name
        for (name,) in shared.execute(
            "select oid::regclass::text from pg_class where relkind in ('r', 'v', 'S')"
            " and relnamespace::regnamespace::text not in ('sharing', 'pg_catalog', 'information_schema', 'pg_toast')"
        )
    ]
    schemas = {name.split(".")[0] for name in hidden}
    assert schemas >= {"landing", "staging", "evaluation", "quality", "quarantine", "candidate", "rulebook"}
    with log_in(shared, department_id) as department:
        for name in hidden:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                department.execute(f"select * from {name}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            department.execute("select quality.candidate_fingerprint()")


@pytest.mark.parametrize("department_id", DEPARTMENTS)
def test_nothing_can_be_written(shared: psycopg.Connection[Any], department_id: str) -> None:
    statements = [
        "create table sharing.mine (x integer)", "create table public.mine (x integer)", "create schema mine",
        "create function public.f() returns integer language sql as 'select 1'", "create role mine",
    ]  # fmt: skip
    for table in READABLE:
        statements += [f"delete from sharing.{table}"]
        statements += [f"insert into sharing.{table} default values"] if table not in CHECKED_FIRST else []
        statements += [f"truncate sharing.{table}"] if table not in VIEWS else []
    statements += ["update sharing.grade set grade = 'A'", "insert into sharing.entitlement values ('weather', 'all')"]
    with log_in(shared, department_id) as department:
        for statement in statements:
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)):
                department.execute(statement)
        for role in ("department_development_and_reform", "postgres"):
            if role != f"department_{department_id}":
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    department.execute(f"set role {role}")
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    department.execute(f"set session authorization {role}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            department.execute("alter role current_user bypassrls")


def test_a_function_of_its_own_shows_a_department_no_foreign_row(shared: psycopg.Connection[Any]) -> None:
    """A cheap function in the condition runs before the row policy, unless the policy is a security barrier."""
    notices: list[str] = []
    with log_in(shared, "finance") as department:
        department.add_notice_handler(lambda diagnostic: notices.append(diagnostic.message_primary or ""))
        department.execute(
            "create function pg_temp.peek(text) returns boolean language plpgsql cost 0.0000001"
            " as 'begin raise notice ''%'', $1; return true; end'"
        )
        for table in ("grade", "grade_explained", "condition_explained", "single_change", "warning", "effect_period"):
            department.execute(f"select * from sharing.{table} where pg_temp.peek(rulebook_id)")
    assert set(notices) == {"bidding_participant"}


def test_a_change_of_the_files_takes_effect_at_once(shared: psycopg.Connection[Any]) -> None:
    changed = [Department("market_regulation", ["bidding_participant"]), Department("newcomer", ["public_credit"])]
    with log_in(shared, "market_regulation") as market, log_in(shared, "finance") as finance:
        assert len(rows(market, "grade")) == 7
        changes = sync_roles(shared, changed)
        assert changes.created == ["department_newcomer"]
        assert changes.revoked == ["department_development_and_reform", "department_finance", "department_weather"]
        assert len(rows(market, "grade")) == 4
        for table in READABLE:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                rows(finance, table)
    with log_in(shared, "newcomer") as newcomer:
        assert len(rows(newcomer, "grade")) == 7


def test_a_second_sync_changes_nothing_and_takes_back_what_was_given_by_hand(shared: psycopg.Connection[Any]) -> None:
    shared.execute("grant insert on sharing.grade to department_finance")
    changes = sync_roles(shared, departments())
    assert (changes.created, changes.revoked) == ([], [])
    with log_in(shared, "finance") as finance:
        assert len(rows(finance, "grade")) == 4
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            finance.execute("insert into sharing.grade default values")


def test_passwords_come_from_the_environment_and_are_hashed_on_the_way(
    shared: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = "select rolname::text, rolpassword from pg_authid where rolname like 'department_%' order by 1"
    assert {password for _, password in shared.execute(stored)} == {None}
    monkeypatch.setenv("CREDIT_GRADING_PASSWORD_FINANCE", "correct horse")
    sync_roles(shared, departments(), passwords_from_environment(departments()))
    passwords = dict(shared.execute(stored).fetchall())
    assert passwords["department_finance"].startswith("SCRAM-SHA-256$")
    assert passwords["department_weather"] is None


@pytest.mark.parametrize(
    ("harm", "undo", "words"),
    [
        ("alter role department_finance bypassrls", "alter role department_finance nobypassrls", "bypassrls"),
        ("alter role department_finance superuser", "alter role department_finance nosuperuser", "superuser"),
        (
            "grant pg_read_all_data to department_finance",
            "revoke pg_read_all_data from department_finance",
            "member of",
        ),
        ("alter table staging.penalty owner to department_finance", "drop table staging.penalty", "owner of"),
    ],
)
def test_a_role_that_can_do_more_than_read_is_refused(
    shared: psycopg.Connection[Any], harm: str, undo: str, words: str
) -> None:
    shared.execute(harm)
    with pytest.raises(RolesRefused, match=f"department_finance: .*{words}"):
        sync_roles(shared, departments())
    shared.execute(undo)
    sync_roles(shared, departments())


@pytest.mark.parametrize("department_id", ["", "Finance", "a b", 'x"; drop role postgres; --', "x" * 60, "市场"])
def test_an_id_that_makes_no_role_name_is_refused(department_id: str) -> None:
    with pytest.raises(RolesRefused, match="does not make a role name"):
        role_name(department_id)
