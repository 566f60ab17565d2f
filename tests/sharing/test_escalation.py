"""What a department's login might try in order to see or do more than it may. On a real Postgres, with real logins."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import errors

from credit_grading.department.model import Subscription
from credit_grading.publication.publish import publish
from credit_grading.sharing.roles import READABLE, WRITABLE, sync_roles
from tests.sharing.releases import Department, Grade, set_candidates, verified_run
from tests.sharing.test_roles import log_in, rows

JUNE = date(2025, 6, 1)
ENDED = Subscription("public_credit", "用途", "依据", JUNE, JUNE + timedelta(days=30))
OFFICES = [
    Department("curious", ["bidding_participant"]),
    Department("expired", [ENDED]),
    Department("outside", []),
]
NAMES = [office.id for office in OFFICES]
PROTECTED = ("grade", "grade_change", "contribution", "limit_hit", "crosswalk_level", "single_change")
DENIED = (errors.InsufficientPrivilege, errors.FeatureNotSupported)


@pytest.fixture(scope="module")
def guarded(module_warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    owner = module_warehouse
    grades = [Grade(rulebook, f"{rulebook[0]}{number}", Decimal(70)) for number in range(50)
              for rulebook in ("public_credit", "bidding_participant")]  # fmt: skip
    set_candidates(owner, JUNE, grades)
    publish(owner, verified_run(owner, JUNE))
    owner.execute("create table if not exists staging.penalty (secret text)")
    sync_roles(owner, OFFICES)
    owner.execute("analyze")
    yield owner
    for name in NAMES:
        owner.execute(f"drop owned by department_{name}; drop role department_{name}")


@pytest.mark.parametrize("name", NAMES)
def test_schema_sharing_is_all_that_a_department_may_enter_and_nowhere_may_it_create(
    guarded: psycopg.Connection[Any], name: str
) -> None:
    ours = guarded.execute(
        "select nspname::text from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'"
    ).fetchall()
    assert {schema for (schema,) in ours} >= {
        "landing", "staging", "quarantine", "rulebook", "evaluation", "quality", "candidate", "calendar", "what_if",
    }  # fmt: skip
    with log_in(guarded, name) as department:
        entered = department.execute(
            "select nspname::text from pg_namespace where has_schema_privilege(oid, 'usage')"
            " and nspname !~ '^pg_(toast_)?temp_' order by 1"
        ).fetchall()
        assert entered == [("information_schema",), ("pg_catalog",), ("public",), ("sharing",)]
        created = department.execute(
            "select nspname::text from pg_namespace where has_schema_privilege(oid, 'create') and nspname !~ '_temp_'"
        ).fetchall()
        assert created == []
        assert department.execute("select has_database_privilege(current_database(), 'create')").fetchone() == (False,)


@pytest.mark.parametrize("name", NAMES)
def test_a_department_may_select_the_readable_tables_and_nothing_else_of_ours(
    guarded: psycopg.Connection[Any], name: str
) -> None:
    with log_in(guarded, name) as department:
        held = department.execute(
            """
            select relation.oid::regclass::text, privilege
            from pg_class as relation, unnest(array[
                'select', 'insert', 'update', 'references', 'delete', 'truncate', 'trigger', 'maintain'
            ]) as privilege
            where relation.relkind in ('r', 'v', 'm', 'p', 'f')
                and relation.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast')
                and (
                    has_table_privilege(relation.oid, privilege)
                    or privilege in ('select', 'insert', 'update', 'references')
                    and has_any_column_privilege(relation.oid, privilege)
                )
            """
        ).fetchall()
        assert sorted(held) == sorted(
            [(f"sharing.{table}", "select") for table in READABLE]
            + [(f"sharing.{table}", "insert") for table in WRITABLE]
        )
        sequences = (
            "select oid from pg_class where case when relkind = 'S'"
            " then has_sequence_privilege(oid, 'usage, select, update') end"
        )
        assert department.execute(sequences).fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "copy sharing.grade to '/tmp/grades'",
        "copy sharing.grade to program 'cat'",
        "copy sharing.lookup_log from '/etc/hostname'",
        "create temporary table line (text text); copy line from program 'id'",
        "select pg_read_file('/etc/hostname')",
        "select pg_ls_dir('.')",
        "select lo_import('/etc/hostname')",
        "select lo_export(1, '/tmp/x')",
        "select * from pg_authid",
        "select * from pg_statistic",
        "select * from pg_hba_file_rules",
        "select * from pg_largeobject",
        "create extension dblink",
        "create extension postgres_fdw",
        "create extension file_fdw",
        "create foreign data wrapper mine",
        "create publication mine for table sharing.grade",
        "create event trigger mine on ddl_command_start execute function pg_temp.f()",
        "create schema mine",
        "create language plperlu",
        "create function pg_temp.f() returns integer language c as 'libc.so.6', 'system'",
        "alter system set row_security = off",
        "alter database postgres set row_security = off",
        "alter role current_user bypassrls",
        "alter role current_user superuser",
        "alter role current_user createrole",
        "set session_replication_role = 'replica'",
        "set log_statement = 'none'",
        "alter table sharing.grade disable row level security",
        "alter table sharing.grade no force row level security",
        "drop policy department_reads on sharing.grade",
        "create policy mine on sharing.grade using (true)",
        "create rule mine as on select to sharing.grade do instead select 1",
        "create trigger mine before insert on sharing.lookup_log for each row"
        " execute function suppress_redundant_updates_trigger()",
        "begin; lock table sharing.grade in row exclusive mode",
        "begin; lock table sharing.publication in access exclusive mode",
        "select pg_terminate_backend(pid) from pg_stat_activity where usename <> current_user",
        "select pg_reload_conf()",
        "reassign owned by department_outside to current_user",
    ],
)
def test_no_way_out_of_the_role_is_open(guarded: psycopg.Connection[Any], statement: str) -> None:
    with log_in(guarded, "curious") as department, pytest.raises(DENIED):
        department.execute(statement.encode())


def test_nobody_elses_role_can_be_taken(guarded: psycopg.Connection[Any]) -> None:
    others = [name for (name,) in guarded.execute("select rolname from pg_roles where rolname <> 'department_curious'")]
    assert {"department_expired", "postgres", "pg_read_all_data", "pg_execute_server_program"} <= set(others)
    with log_in(guarded, "curious") as department:
        for name in others:
            for statement in ("set role {}", "set session authorization {}", "grant {} to current_user"):
                with pytest.raises(DENIED):
                    department.execute(statement.format(name))
        member = "select count(*) from pg_auth_members where member = current_user::regrole"
        assert department.execute(member).fetchone() == (0,)
        assert department.execute("select current_user = session_user").fetchone() == (True,)


def test_switching_row_security_off_refuses_instead_of_showing(guarded: psycopg.Connection[Any]) -> None:
    with log_in(guarded, "outside") as department:
        department.execute("set row_security = off")
        for table in PROTECTED:
            with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
                rows(department, table)


def test_copying_out_shows_the_rows_of_the_policy_only(guarded: psycopg.Connection[Any]) -> None:
    for name, expected in (("curious", 50), ("outside", 0), ("expired", 0)):
        with log_in(guarded, name) as department:
            with department.cursor().copy("copy sharing.grade to stdout") as copied:
                lines = b"".join(copied).decode().splitlines()
            assert len(lines) == expected
            assert all(line.startswith("bidding_participant\t") for line in lines)


# Each raises with the value in the message, or divides by zero, at the first row that it sees.
LEAKING = (
    "select count(*) from sharing.{} where subject_key::integer = 1",
    "select count(*) from sharing.{} where (rulebook_id || ' ' || subject_key)::date is null",
    "select count(*) from sharing.{} where 1 / (case when rulebook_id = 'public_credit' then 0 else 1 end) = 1",
    "select count(*) from sharing.{} where ('{{' || subject_key)::json is null",
    "select count(*) from sharing.{} where query_to_xml('select ' || quote_ident(subject_key), true, true, '') is null",
)


@pytest.mark.parametrize(
    "table",
    ["grade", "grade_change", "contribution", "grade_explained", "grade_data_age", "grade_current", "grade_history"],
)
@pytest.mark.parametrize("statement", LEAKING)
def test_a_condition_that_fails_aloud_tells_nothing_of_hidden_rows(
    guarded: psycopg.Connection[Any], table: str, statement: str
) -> None:
    with pytest.raises(psycopg.Error):
        guarded.execute(statement.format(table).encode())
    for name in ("outside", "expired"):
        with log_in(guarded, name) as department:
            assert department.execute(statement.format(table).encode()).fetchone() == (0,)


def test_statistics_tell_nothing_of_protected_columns(guarded: psycopg.Connection[Any]) -> None:
    stated = guarded.execute(
        "select tablename from pg_stats where schemaname = 'sharing' and attname = 'subject_key'"
    ).fetchall()
    assert {table for (table,) in stated} >= {"grade", "grade_change", "contribution"}
    with log_in(guarded, "curious") as department:
        seen = department.execute(
            "select distinct schemaname::text, tablename::text from pg_stats"
            " where schemaname !~ '^(pg_|information_schema)'"
        ).fetchall()
        assert ("sharing", "rulebook") in seen
        assert {schema for schema, _ in seen} == {"sharing"}
        assert {table for _, table in seen} & {*PROTECTED, "entitlement", "lookup_log"} == set()
        for view in ("pg_stats_ext", "pg_stats_ext_exprs"):
            assert department.execute(f"select * from {view}").fetchall() == []
        assert department.execute("select to_regclass('pg_stat_statements')").fetchone() == (None,)


def test_what_others_ask_is_not_shown(guarded: psycopg.Connection[Any]) -> None:
    guarded.execute("select 'a question of the pipeline'")
    with log_in(guarded, "outside") as other, log_in(guarded, "curious") as department:
        other.execute("select 'a question of another department'")
        asked = department.execute("select query from pg_stat_activity where usename <> current_user").fetchall()
        assert len(asked) >= 2
        assert {query for (query,) in asked} <= {"<insufficient privilege>", ""}
