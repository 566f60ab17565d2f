"""Roles for the pipeline's steps: what receiving, transforming, examining and publishing need, and nothing else.

They are groups without login (``credit_loader``, ``credit_transformer``, ``credit_auditor``, ``credit_publisher``): an
administrator makes logins that are members of one (``create role night_shift login in role credit_auditor``). The
warehouse's owner needs none of them. Which rights each holds stands in ``sql/pipeline_roles.sql``.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from credit_grading.sharing.roles import ROLES_LOCK, SQL_FOLDER, WRITABLE, RolesRefused

PIPELINE_ROLES = ("credit_loader", "credit_transformer", "credit_auditor", "credit_publisher")


@dataclass(frozen=True)
class PipelineRoles:
    """Names of the roles that were created, and of those that are missing because the user may not create roles."""

    created: list[str]
    missing: list[str]


def sync_pipeline_roles(connection: psycopg.Connection[Any]) -> PipelineRoles:
    """Create the roles where the connected user may, and make their rights what they should be. Safe to repeat.

    Roles that are missing and may not be created are left out: nothing of the pipeline depends on them.

    Args:
        connection: as the owner of the warehouse.

    Raises:
        RolesRefused: a role passes row policies or may make roles; nothing was changed.
    """
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (ROLES_LOCK,))
        existing = {name for (name,) in connection.execute("select rolname::text from pg_catalog.pg_roles")}
        missing = [name for name in PIPELINE_ROLES if name not in existing]
        may_create = connection.execute(
            "select rolsuper or rolcreaterole from pg_catalog.pg_roles where rolname = current_user"
        ).fetchone()
        created = missing if may_create and may_create[0] else []
        for name in created:
            connection.execute(sql.SQL("create role {} nologin nobypassrls").format(sql.Identifier(name)))
        _demand_harmless(connection)
        connection.execute("set local client_min_messages = warning")
        connection.execute(
            "select set_config('credit_grading.written_by_departments', %s, true)", (",".join(WRITABLE),)
        )
        connection.execute((SQL_FOLDER / "pipeline_roles.sql").read_bytes())
    return PipelineRoles(created, [] if created else missing)


def _demand_harmless(connection: psycopg.Connection[Any]) -> None:
    harmful = connection.execute(
        "select rolname::text from pg_catalog.pg_roles where rolname = any(%s)"
        " and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication) order by rolname",
        (list(PIPELINE_ROLES),),
    ).fetchall()
    if harmful:
        names = ", ".join(name for (name,) in harmful)
        raise RolesRefused(
            f"流程角色权限过大 a role of the pipeline must be nosuperuser nobypassrls nocreaterole: {names}"
        )
