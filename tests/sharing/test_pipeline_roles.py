"""Each role of the pipeline does its own step and no other's: real logins, on a warehouse of an ordinary owner."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from credit_grading.contract.load import load_contract
from credit_grading.landing.receive import receive_feed
from credit_grading.landing.tables import ensure_landing_tables
from credit_grading.publication.publish import publish
from credit_grading.sharing.pipeline_roles import PIPELINE_ROLES, sync_pipeline_roles
from credit_grading.sharing.roles import WRITABLE, RolesRefused, sync_roles
from credit_grading.supervision.expert_pool import propose
from credit_grading.warehouse.embedded import EmbeddedPostgres
from credit_grading.warehouse.prepare import prepare
from tests.sharing.releases import Department, Grade, set_candidates, snapshot, verified_run
from tests.sharing.sectors import release
from tests.sharing.test_roles import log_in, rows
from tests.unit import landing_support as landing

JUNE = date(2025, 6, 1)
OWNER, DATABASE = "city_pipeline", "city_of_roles"
STEPS = [role.removeprefix("credit_") for role in PIPELINE_ROLES]


class City:
    """A warehouse whose owner is no superuser, and a login for each step."""

    def __init__(self, cluster: EmbeddedPostgres, owner: psycopg.Connection[Any]) -> None:
        self.cluster = cluster
        self.owner = owner

    def log_in(self, step: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.cluster.port, dbname=DATABASE, user=f"login_of_{step}", autocommit=True
        )


@pytest.fixture(scope="module")
def city(cluster: EmbeddedPostgres) -> Iterator[City]:
    with psycopg.connect(cluster.url(), autocommit=True) as superuser:
        superuser.execute(f"create role {OWNER} login createrole")
        superuser.execute(f"create database {DATABASE} owner {OWNER} template template0")
        # roles belong to the server: another test's warehouse may have them already
        found = superuser.execute("select rolname::text from pg_roles where rolname = any(%s)", (list(PIPELINE_ROLES),))
        existing = [name for (name,) in found]
        for name in existing:
            superuser.execute(f"grant {name} to {OWNER} with admin true, inherit false, set false".encode())
    try:
        with psycopg.connect(
            host="127.0.0.1", port=cluster.port, dbname=DATABASE, user=OWNER, autocommit=True
        ) as owner:
            prepare(owner)
            ensure_landing_tables(owner, [load_contract("administrative_penalty")])
            assert sync_pipeline_roles(owner).missing == []
            sync_roles(owner, [Department("of_the_city", ["all"])])
            for role, step in zip(PIPELINE_ROLES, STEPS, strict=True):
                owner.execute(f"create role login_of_{step} login in role {role}")
            # made later by the owner, as dbt does: rights come along
            set_candidates(owner, JUNE, [Grade("public_credit", f"S{number}", Decimal(70)) for number in range(3)])
            owner.execute("create table thematic.credit_record (subject_key text)")
            owner.execute("create table if not exists supervision.notice (words text)")
            # candidates were dropped with their schema and made anew
            sync_pipeline_roles(owner)
            yield City(cluster, owner)
    finally:
        with psycopg.connect(cluster.url(), autocommit=True) as superuser:
            superuser.execute(f"drop database {DATABASE} with (force)")
            made = [role for role in PIPELINE_ROLES if role not in existing]
            for name in (*(f"login_of_{step}" for step in STEPS), "department_of_the_city", *made, OWNER):
                superuser.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))


def test_the_roles_pass_no_row_policy_and_cannot_log_in_themselves(city: City) -> None:
    found = city.owner.execute(
        "select rolname::text, rolcanlogin, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication"
        " from pg_roles where rolname = any(%s) order by 1",
        (list(PIPELINE_ROLES),),
    ).fetchall()
    assert found == [(role, False, False) for role in sorted(PIPELINE_ROLES)]


def test_the_loader_receives_a_feed(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRADING_FEEDS", str(tmp_path))
    landing.write(tmp_path, "penalties/a.csv", landing.csv_text([landing.penalty(number) for number in range(3)]))
    feed = landing.feed()
    with city.log_in("loader") as loader:
        for expected in ("loaded", "nothing_new"):
            outcome = receive_feed(loader, landing.department(feed), feed, open_connection=landing.no_connection)
            assert outcome.outcome == expected
    assert landing.count(city.owner, "landing.administrative_penalty") == 3


def test_the_transformer_builds_in_its_schemas(city: City) -> None:
    with city.log_in("transformer") as transformer:
        for schema in ("staging", "thematic", "thematic_bidding", "evaluation", "candidate", "reference"):
            transformer.execute(
                f"create table {schema}.built as select count(*) as batches from landing.batch;"
                f"alter table {schema}.built rename to rebuilt; drop table {schema}.rebuilt"
            )
        transformer.execute("insert into thematic.credit_record values ('S1')")
        transformer.execute("delete from thematic.credit_record")
        # what its test that nothing is lost counts
        transformer.execute("select * from supervision.removed_of_batch")


def test_the_publisher_publishes_and_the_auditor_sees_all_of_it(city: City) -> None:
    run_id = verified_run(city.owner, JUNE)
    with city.log_in("publisher") as publisher:
        publication = publish(publisher, run_id)
        assert (publication.run_id, publication.grades_added) == (run_id, 3)
        # a second time nothing is written
        before = snapshot(city.owner)
        assert publish(publisher, run_id) == publication
        publisher.execute("insert into supervision.notice values ('通报')")
    assert snapshot(city.owner) == before
    with city.log_in("auditor") as auditor, log_in(city.owner, "of_the_city") as department:
        for table in ("grade", "grade_change", "contribution", "entitlement", "grade_explained"):
            assert rows(auditor, table) == rows(city.owner, table) != [], table
        assert len(rows(department, "grade")) == 3


def test_the_auditor_reads_every_table_and_writes_verdicts(city: City) -> None:
    tables = [
        name
        for (name,) in city.owner.execute(
            "select oid::regclass::text from pg_class where relkind in ('r', 'v')"
            " and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'"
        )
    ]
    assert len(tables) > 60
    with city.log_in("auditor") as auditor:
        for table in tables:
            auditor.execute(f"select * from {table} limit 1")
        auditor.execute(
            "insert into quality.verdict (verdict_id, run_id, gate, outcome, reason, checks_expected, checks_executed,"
            " failed_fatal, failed_warning, started_at, finished_at) overriding system value"
            " select nextval(pg_get_serial_sequence('quality.verdict', 'verdict_id')), run_id, 'staging', 'failed',"
            " 'because', 1, 1, 1, 0, now(), now() from evaluation.run limit 1"
        )


# step → what it must not do: another's step, and what nobody of them may
FORBIDDEN = {
    "loader": (
        "select * from evaluation.run", "select * from sharing.grade", "select * from quality.verdict",
        "select * from staging.staged_batch", "update landing.batch set row_count = 0", "delete from landing.batch",
        "create table landing.mine (x integer)", "insert into calendar.holiday default values",
    ),
    "transformer": (
        "insert into landing.batch default values", "delete from landing.batch", "delete from sharing.grade",
        "update quality.verdict set outcome = 'passed'", "insert into rulebook.rulebook default values",
        "create table sharing.mine (x integer)", "create table landing.mine (x integer)",
        "select * from supervision.notice",
    ),
    "auditor": (
        "update quality.verdict set outcome = 'passed'", "delete from quality.check_result",
        "update evaluation.run set state = 'verified'", "insert into sharing.grade default values",
        "delete from sharing.lookup_log", "insert into landing.batch default values",
        "create table quality.mine (x integer)", "insert into candidate.grade default values",
    ),
    "publisher": (
        "select * from landing.batch", "select * from staging.staged_batch", "select * from quarantine.rejected_row",
        "insert into quality.verdict default values", "update quality.verdict set outcome = 'passed'",
        "update candidate.grade set score = 100", "delete from candidate.grade",
        "update sharing.lookup_log set purpose = 'x'", "delete from sharing.lookup_log",
        "insert into sharing.lookup_log (subject_key, purpose, grades_found) values ('S1', 'x', 0)",
        "delete from supervision.notice", "create table sharing.mine (x integer)",
        "update superseded.grade set score = 100", "delete from superseded.publication",
    ),
}  # fmt: skip
FOR_NOBODY = (
    "create schema mine", "create role mine", "create table public.mine (x integer)", "set role city_pipeline",
    "set role postgres", "alter table sharing.grade disable row level security",
    "drop policy department_reads on sharing.grade",
    "alter role credit_auditor bypassrls", "truncate sharing.grade",
    "truncate landing.batch",
    "drop table sharing.grade", "copy sharing.publication to program 'cat'",
)  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_no_step_does_anothers_work(city: City, step: str) -> None:
    others = [f"set role {role}" for role in PIPELINE_ROLES if role != f"credit_{step}"]
    with city.log_in(step) as connection:
        for statement in (*FORBIDDEN[step], *FOR_NOBODY, *others, "set role department_of_the_city"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_a_right_given_by_hand_ends_with_the_next_run_and_the_rest_stays(city: City) -> None:
    city.owner.execute("grant insert, delete on landing.batch to credit_publisher")
    city.owner.execute("grant usage on schema landing to credit_publisher")
    granted = (
        "select relation.oid::regclass::text, given.grantee::regrole::text, given.privilege_type from pg_class as"
        " relation, aclexplode(relacl) as given where given.grantee::regrole::text ~ '^credit_' order by 1, 2, 3"
    )
    by_hand = city.owner.execute(granted).fetchall()
    sync_pipeline_roles(city.owner)
    after = city.owner.execute(granted).fetchall()
    assert set(by_hand) - set(after) == {
        ("landing.batch", "credit_publisher", privilege) for privilege in ("INSERT", "DELETE")
    }
    sync_pipeline_roles(city.owner)
    assert city.owner.execute(granted).fetchall() == after
    with city.log_in("publisher") as publisher, pytest.raises(errors.InsufficientPrivilege):
        publisher.execute("insert into landing.batch default values")


def test_a_role_that_passes_row_policies_is_refused(city: City, cluster: EmbeddedPostgres) -> None:
    with psycopg.connect(cluster.url(), autocommit=True) as superuser:
        superuser.execute("alter role credit_auditor bypassrls")
        try:
            with pytest.raises(RolesRefused, match=r"nobypassrls.*credit_auditor"):
                sync_pipeline_roles(city.owner)
        finally:
            superuser.execute("alter role credit_auditor nobypassrls")
    sync_pipeline_roles(city.owner)


def test_the_owner_is_never_locked_out(city: City) -> None:
    """Row policies are not forced on anybody who owns; every protected table stays readable and writable to it."""
    protected = city.owner.execute(
        "select oid::regclass::text, relforcerowsecurity from pg_class where relrowsecurity"
    ).fetchall()
    assert {table for table, _ in protected} >= {
        "sharing.grade",
        "sharing.entitlement",
        *(f"sharing.{t}" for t in WRITABLE),
    }
    assert [table for table, is_forced in protected if is_forced] == []
    for table, _ in protected:
        seen = city.owner.execute(f"select count(*) from {table}").fetchone()
        city.owner.execute(f"set row_security = off; select count(*) from {table}; reset row_security")
        with city.log_in("auditor") as auditor:
            assert auditor.execute(f"select count(*) from {table}").fetchone() == seen


def test_the_publisher_proposes_of_experts_with_all_that_was_decided_in_view(city: City) -> None:
    july = date(2026, 7, 31)
    acts = [{"points": 15, "occurred_on": date(2026, 2, 1)}, {"subject_key": "P:2", "points": 15}]
    experts = [{}, {"subject_key": "P:2"}]
    release(city.owner, july, procurement_expert=experts, expert_violation=acts)
    decide = (
        "insert into sharing.expert_decision (proposal_id, department_id, decision, reason, decided_by)"
        " select proposal_id, 'finance', 'accepted', '经核实', '科长' from supervision.expert_proposal"
        " where subject_key = 'P:1'"
    )
    with city.log_in("publisher") as publisher:
        assert propose(publisher) == {"suspend": 2}
        assert propose(publisher) == {}
        with pytest.raises(errors.InsufficientPrivilege):
            publisher.execute(decide)
        city.owner.execute(decide)
        # only who sees the suspension knows that it has run out
        release(city.owner, date(2026, 8, 1), procurement_expert=experts, expert_violation=acts)
        assert propose(publisher) == {"restore": 1}
