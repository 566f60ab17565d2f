"""Temporary objects of a department's own must not stand in for what our functions, views and policies name."""

from typing import Any

import psycopg
import pytest

from tests.sharing.test_escalation import PROTECTED, guarded  # noqa: F401 (a fixture)
from tests.sharing.test_roles import log_in, rows

# A type `date` of its own: what is cast to it becomes a day on which the ended subscription was open.
OTHER_DAY = """
create type pg_temp.date as (day pg_catalog.date);
create function pg_temp.earlier(pg_catalog.timestamp) returns pg_temp.date
language sql as $$ select row('2025-06-10'::pg_catalog.date)::pg_temp.date $$;
create cast (pg_catalog.timestamp as pg_temp.date) with function pg_temp.earlier(pg_catalog.timestamp);
create function pg_temp.day(pg_temp.date) returns pg_catalog.date language sql as $$ select ($1).day $$;
create cast (pg_temp.date as pg_catalog.date) with function pg_temp.day(pg_temp.date) as assignment;
"""
READ_AT_EACH_CALL = """
create or replace function calendar.city_day(moment timestamptz) returns date
language sql stable parallel safe as $$ select (moment at time zone 'Asia/Shanghai')::date $$
"""


def test_a_day_of_its_own_does_not_open_an_ended_subscription(guarded: psycopg.Connection[Any]) -> None:  # noqa: F811
    with log_in(guarded, "expired") as department:
        department.execute(OTHER_DAY)
        for table in (*PROTECTED, "grade_explained"):
            assert rows(department, table) == [], table
        assert department.execute("select * from sharing.lookup('p1', '用途')").fetchall() == []
    # the trick is no fancy: it works on a function whose body is read at each call
    as_it_is = guarded.execute("select pg_get_functiondef('calendar.city_day'::regproc)").fetchone()
    assert as_it_is is not None
    guarded.execute(READ_AT_EACH_CALL)
    try:
        with log_in(guarded, "expired") as department:
            department.execute(OTHER_DAY)
            assert len(rows(department, "grade")) == 50
    finally:
        guarded.execute(as_it_is[0])


def test_tables_of_its_own_do_not_change_what_a_lookup_says_or_logs(guarded: psycopg.Connection[Any]) -> None:  # noqa: F811
    with log_in(guarded, "curious") as department:
        told = department.execute("select * from sharing.lookup('b1', '用途')").fetchall()
        assert len(told) == 1
        department.execute(
            "create temporary table grade as select * from sharing.grade limit 0;"
            "create temporary table lookup_log (like sharing.lookup_log);"
            "create temporary table entitlement as select 'curious' as department_id, 'all' as rulebook_id;"
            "create domain pg_temp.text as pg_catalog.text check (value is null);"
            "create function pg_temp.current_department() returns pg_catalog.text language sql as 'select ''all''';"
            "create function pg_temp.btrim(pg_catalog.text) returns pg_catalog.text language sql as 'select ''p1''';"
            "set search_path = pg_temp, sharing, pg_catalog"
        )
        assert department.execute("select * from sharing.lookup('b1', '用途')").fetchall() == told
        assert department.execute("select count(*) from sharing.grade").fetchone() == (50,)
        logged = department.execute("select department_id, subject_key from sharing.lookup_log").fetchall()
        assert set(logged) == {("curious", "b1")}


def test_nothing_of_ours_runs_with_its_owners_rights_or_is_read_at_each_call_by_a_policy(
    guarded: psycopg.Connection[Any],  # noqa: F811
) -> None:
    ours = "pronamespace::regnamespace::text !~ '^pg_' and pronamespace::regnamespace::text <> 'information_schema'"
    functions = guarded.execute(f"select count(*) from pg_proc where {ours}").fetchone()
    assert functions is not None
    assert functions[0] > 20
    # Security definer would need its reasons here, one by one. So far none has any.
    assert guarded.execute(f"select oid::regprocedure from pg_proc where prosecdef and {ours}").fetchall() == []
    used = guarded.execute(
        """
        select distinct function.oid::regprocedure::text,
            function.prosqlbody is not null or function.proconfig::text ~ 'search_path=pg_catalog, pg_temp'
        from pg_proc as function
        where function.pronamespace = 'sharing'::regnamespace
            or exists (
                select from pg_depend as need
                where need.classid = 'pg_policy'::regclass and need.refclassid = 'pg_proc'::regclass
                    and need.refobjid = function.oid
            )
        """
    ).fetchall()
    assert dict(used).keys() >= {"sharing.current_department()", "calendar.city_day(timestamp with time zone)"}
    assert [function for function, is_fixed in used if not is_fixed] == []


def test_every_view_applies_the_readers_rights_or_chooses_first(guarded: psycopg.Connection[Any]) -> None:  # noqa: F811
    views = guarded.execute(
        "select relname::text, coalesce(reloptions::text, '') from pg_class"
        " where relkind in ('v', 'm') and relnamespace = 'sharing'::regnamespace"
    ).fetchall()
    assert len(views) >= 5
    assert [name for name, options in views if "security_invoker=true" not in options
            and "security_barrier=true" not in options] == []  # fmt: skip


def test_nothing_is_granted_to_everybody(guarded: psycopg.Connection[Any]) -> None:  # noqa: F811
    schemas = "nspname !~ '^pg_' and nspname not in ('information_schema', 'public')"
    for granted in (
        f"select nspname from pg_namespace, aclexplode(nspacl) as given where given.grantee = 0 and {schemas}",
        "select relation.oid::regclass from pg_class as relation"
        " inner join pg_namespace on relation.relnamespace = pg_namespace.oid, aclexplode(relacl) as given"
        f" where given.grantee = 0 and {schemas}",
        "select attribute.attname from pg_attribute as attribute inner join pg_class on attrelid = pg_class.oid"
        " inner join pg_namespace on relnamespace = pg_namespace.oid, aclexplode(attacl) as given"
        f" where given.grantee = 0 and {schemas}",
        "select defaclobjtype from pg_default_acl, aclexplode(defaclacl) as given where given.grantee = 0",
        "select given.privilege_type from pg_namespace, aclexplode(nspacl) as given"
        " where nspname = 'public' and given.grantee = 0 and given.privilege_type <> 'USAGE'",
    ):
        assert guarded.execute(granted.encode()).fetchall() == [], granted


@pytest.mark.parametrize("table", PROTECTED)
def test_every_table_with_grades_of_subjects_is_protected(guarded: psycopg.Connection[Any], table: str) -> None:  # noqa: F811
    with_subjects = guarded.execute(
        "select relname::text, relrowsecurity from pg_class inner join pg_attribute on attrelid = pg_class.oid"
        " where relnamespace = 'sharing'::regnamespace and relkind = 'r' and attname = 'subject_key'"
    ).fetchall()
    assert (table, True) in with_subjects
    assert [name for name, is_protected in with_subjects if not is_protected] == []
