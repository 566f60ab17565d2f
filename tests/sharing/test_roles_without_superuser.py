"""The pipeline's role is an ordinary user: it owns everything, publishes, syncs roles, and is not locked out."""

from decimal import Decimal

import psycopg
import pytest

from credit_grading.publication.publish import publish
from credit_grading.sharing.roles import RolesRefused, sync_roles
from credit_grading.warehouse.embedded import EmbeddedPostgres
from credit_grading.warehouse.prepare import prepare
from tests.sharing.releases import Department, Grade, set_candidates, verified_run
from tests.sharing.test_roles import JUNE, log_in, rows


def test_the_pipelines_own_role_owns_everything_and_is_not_locked_out(cluster: EmbeddedPostgres) -> None:
    """An ordinary user, not a superuser, prepares, publishes, syncs roles and still sees every row."""
    with psycopg.connect(cluster.url(), autocommit=True) as superuser:
        superuser.execute("create role pipeline login createrole; create role plain_pipeline login")
        superuser.execute("create database owned_by_pipeline owner pipeline template template0")
    address = {"host": "127.0.0.1", "port": cluster.port, "dbname": "owned_by_pipeline", "autocommit": True}
    try:
        with psycopg.connect(user="pipeline", **address) as pipeline:
            prepare(pipeline)
            set_candidates(pipeline, JUNE, [Grade("public_credit", f"S{n}", Decimal(n)) for n in range(5)])
            publish(pipeline, verified_run(pipeline, JUNE))
            sync_roles(pipeline, [Department("weather", ["all"])])
            assert len(rows(pipeline, "grade")) == len(rows(pipeline, "contribution")) == 5
            assert len(rows(pipeline, "grade_explained")) == 15
            with log_in(pipeline, "weather") as department:
                assert len(rows(department, "grade")) == 5
            # a stranger with a grant but without an entitlement sees no row
            pipeline.execute("grant usage on schema sharing to plain_pipeline")
            pipeline.execute("grant select on all tables in schema sharing to plain_pipeline")
        with psycopg.connect(user="plain_pipeline", **address) as plain:
            assert rows(plain, "grade") == []
            with pytest.raises(RolesRefused, match=r"may not create roles.*department_newcomer.*create role"):
                sync_roles(plain, [Department("newcomer", ["all"])])
            with pytest.raises(RolesRefused, match="does not own schema sharing"):
                sync_roles(plain, [Department("weather", ["all"])])
    finally:
        with psycopg.connect(cluster.url(), autocommit=True) as superuser:
            superuser.execute("drop database owned_by_pipeline with (force)")
            superuser.execute("drop role department_weather, plain_pipeline, pipeline")
