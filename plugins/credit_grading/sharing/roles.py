"""One login role per department, entitled to the rulebooks its file names.

The row policies (warehouse/schema/75_policies.sql) read sharing.entitlement, so a department's rights are data.
Grants are given to each role by itself and not through a group: roles belong to the whole server, grants to
one database, and taking a department out of this warehouse must not touch another one.

Environment:
    CREDIT_GRADING_PASSWORD_<DEPARTMENT ID>  password of a department's role; without it none is set
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql
from psycopg.types.json import Json

from credit_grading.department.model import Subscription

SQL_FOLDER = Path(__file__).parent / "sql"

# Everything a department may select, and nothing else in the warehouse. Row policies narrow grade, grade_change,
# contribution, limit_hit, crosswalk_level, single_change (so the views over them too), publicity, objection,
# grade_correction, entitlement and lookup_log; schema_drift, rejected_row and delivery show a department its own;
# warning_event (so warning) and deciding_limit (so the effects) go with the grades they stand on, acknowledgements with
# their author; rules, dictionary, verdicts and roll-backs are for everyone.
READABLE = (
    "publication", "grade", "grade_change", "contribution", "limit_hit", "crosswalk_level", "single_change",
    "grade_explained", "condition_explained", "indicator", "grade_limit", "grade_band", "grade_condition", "rulebook",
    "measure", "scenario_effect", "dictionary", "verdict", "feed_age", "rulebook_data_age",
    "grade_data_age", "entitlement", "schema_drift", "rejected_row", "lookup_log", "indicator_value",
    "industry_result", "review_notice", "review_answer", "review_outcome",
    "supervision_list", "inspection_plan", "draw", "draw_stratum", "draw_frame", "draw_inspector", "draw_recusal",
    "drawn_subject", "draw_assignment", "inspection_progress",
    "bidding_bad_behaviour", "disqualification", "procurement_supplier", "procurement_violation",
    "procurement_expert", "expert_review", "expert_violation", "expert_pool", "expert_suspension", "expert_proposal",
    "expert_decision",
    "publicity", "objection", "grade_correction", "roll_back",
    "warning_rule", "warning_scope", "warning_event", "warning_acknowledgement", "warning",
    "scenario_effect_history", "deciding_limit", "effect_period", "effect_in_force",
    "grade_current", "grade_history", "delivery",
)  # fmt: skip

# What a department may add to: table → the columns it states itself. The others are the table's own (defaults, identity
# columns, which need no grant on their sequence; never serial). Its row policy must demand the asking department.
WRITABLE: dict[str, tuple[str, ...]] = {
    "lookup_log": ("department_id", "subject_key", "purpose", "grades_found"),
    "review_answer": ("notice_id", "credit_code", "decision", "reason", "contact_title"),
    "expert_decision": (
        "proposal_id", "decision", "reason", "decided_by", "application_filed", "pledge_filed", "legal_test_passed",
    ),
    "warning_acknowledgement": ("warning_id", "action_zh"),
}  # fmt: skip

# two schedulers that start at once must not change the same role at once
ROLES_LOCK = 7_220_132

PASSWORD_VARIABLE = "CREDIT_GRADING_PASSWORD_"

# department_<id> must fit a Postgres name of 63 bytes, and must need no quoting to be typed by a person
_DEPARTMENT_ID = re.compile(r"[a-z][a-z0-9_]{0,51}")


class Reader(Protocol):
    """What is needed of a department (credit_grading.department.load.Department)."""

    @property
    def id(self) -> str:
        """Name of the department in files and tables."""

    @property
    def reads(self) -> Sequence[str | Subscription]:
        """Rulebooks whose grades it may read, and subscriptions; "all" = every rulebook."""


class RolesRefused(RuntimeError):
    """Roles cannot be brought into order; nothing was changed. The message says who has to do what."""


@dataclass(frozen=True)
class RoleChanges:
    """Names of roles that were created, and of roles that lost their access because no file names them."""

    created: list[str]
    revoked: list[str]


def role_name(department_id: str) -> str:
    """The login role of a department. Raises RolesRefused where the id does not make a role name."""
    if not _DEPARTMENT_ID.fullmatch(department_id):
        raise RolesRefused(f"department id {department_id!r} does not make a role name: a–z, 0–9 and _, at most 52")
    return f"department_{department_id}"


def passwords_from_environment(departments: Iterable[Reader]) -> dict[str, str]:
    """Department id → password, for the departments that have one in the environment."""
    found = {department.id: os.environ.get(PASSWORD_VARIABLE + department.id.upper()) for department in departments}
    return {department_id: password for department_id, password in found.items() if password}


def sync_roles(
    connection: psycopg.Connection[Any],
    departments: Iterable[Reader],
    passwords: Mapping[str, str] | None = None,
) -> RoleChanges:
    """Make roles, entitlements and grants say what the department files say, in one transaction. Safe to repeat.

    Args:
        connection: as the owner of schema sharing.
        departments: all of them; a role `department_<id>` that none of them has loses its access to this warehouse.
        passwords: department id → password. Roles without one keep what they have.

    Raises:
        RolesRefused: a role is missing and the connected user may not create it, or a role can do more than read.
    """
    wanted = {role_name(department.id): department for department in departments}
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (ROLES_LOCK,))
        created = _create_missing(connection, wanted)
        _demand_owner(connection)
        _demand_harmless(connection, sorted(wanted))
        for name, department in wanted.items():
            _grant(connection, name)
            if password := (passwords or {}).get(department.id):
                _set_password(connection, name, password)
        revoked = _revoke_others(connection, sorted(wanted))
        _entitle(connection, wanted.values())
    return RoleChanges(created, revoked)


def _create_missing(connection: psycopg.Connection[Any], wanted: Mapping[str, Reader]) -> list[str]:
    existing = {name for (name,) in connection.execute("select rolname from pg_catalog.pg_roles")}
    missing = sorted(set(wanted) - existing)
    may_create = connection.execute(
        "select rolsuper or rolcreaterole, current_user from pg_catalog.pg_roles where rolname = current_user"
    ).fetchone() or (False, "?")
    if missing and not may_create[0]:
        statements = " ".join(f"create role {name} login;" for name in missing)
        raise RolesRefused(
            f"user {may_create[1]} may not create roles (needs createrole), and these are missing: "
            f"{', '.join(missing)}. An administrator can run: {statements}"
        )
    for name in missing:
        connection.execute(sql.SQL("create role {} login nobypassrls inherit").format(sql.Identifier(name)))
    return missing


def _demand_owner(connection: psycopg.Connection[Any]) -> None:
    user, is_owner = connection.execute(
        "select current_user::text, pg_has_role(current_user, nspowner, 'usage')"
        " from pg_catalog.pg_namespace where nspname = 'sharing'"
    ).fetchone() or ("?", False)
    if not is_owner:
        raise RolesRefused(f"user {user} does not own schema sharing: connect as the pipeline's own role")


def _demand_harmless(connection: psycopg.Connection[Any], names: list[str]) -> None:
    """A department's role that may pass row policies, or inherits from another role, would read what it must not."""
    harmful = connection.execute(
        """
        select role.rolname::text,
            concat_ws(', ',
                case when role.rolsuper then 'superuser' end,
                case when role.rolbypassrls then 'bypassrls' end,
                case when role.rolcreaterole then 'createrole' end,
                case when not role.rolcanlogin then 'nologin' end,
                'member of ' || (
                    select string_agg(upper.rolname::text, ', ') from pg_catalog.pg_auth_members as membership
                    inner join pg_catalog.pg_roles as upper on membership.roleid = upper.oid
                    where membership.member = role.oid
                ),
                'owner of ' || (
                    select string_agg(owned.oid::regclass::text, ', ') from pg_catalog.pg_class as owned
                    where owned.relowner = role.oid
                )
            ) as why
        from pg_catalog.pg_roles as role
        where role.rolname = any(%s)
        order by role.rolname
        """,
        (names,),
    ).fetchall()
    problems = [f"{name}: {why}" for name, why in harmful if why]
    if problems:
        raise RolesRefused("a department's role must only log in and read; put these right: " + "; ".join(problems))


def _grant(connection: psycopg.Connection[Any], name: str) -> None:
    role = sql.Identifier(name)
    tables = sql.SQL(", ").join(sql.Identifier("sharing", table) for table in READABLE)
    database = sql.Identifier(connection.info.dbname)
    # First everything away, so that a right given by hand does not outlive the next deployment.
    connection.execute(sql.SQL("revoke all on all tables in schema sharing from {}").format(role))
    connection.execute(sql.SQL("grant connect on database {} to {}").format(database, role))
    connection.execute(sql.SQL("grant usage on schema sharing to {}").format(role))
    connection.execute(sql.SQL("grant select on {} to {}").format(tables, role))
    for table, columns in WRITABLE.items():
        stated = sql.SQL(", ").join(map(sql.Identifier, columns))
        writable = sql.Identifier("sharing", table)
        connection.execute(sql.SQL("grant insert ({}) on {} to {}").format(stated, writable, role))


def _set_password(connection: psycopg.Connection[Any], name: str, password: str) -> None:
    # Hashed here, so that the password itself reaches neither the server nor its log.
    hashed = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(name), sql.Literal(hashed)))


def _revoke_others(connection: psycopg.Connection[Any], wanted: list[str]) -> list[str]:
    others = connection.execute(
        """
        select rolname::text from pg_catalog.pg_roles
        where rolname ~ '^department_' and rolname <> all(%s)
            and exists (
                select from pg_catalog.pg_namespace, aclexplode(nspacl) as given
                where nspname = 'sharing' and given.grantee = pg_roles.oid
            )
        order by rolname
        """,
        (wanted,),
    ).fetchall()
    for (name,) in others:
        role = sql.Identifier(name)
        connection.execute(sql.SQL("revoke all on all tables in schema sharing from {}").format(role))
        connection.execute(sql.SQL("revoke all on schema sharing from {}").format(role))
    return [name for (name,) in others]


def _entitle(connection: psycopg.Connection[Any], departments: Iterable[Reader]) -> None:
    """Make sharing.entitlement say what is wanted; rows that say it already are not touched."""
    wanted = [_entitlement(department.id, granted) for department in departments for granted in department.reads]
    connection.execute((SQL_FOLDER / "entitle.sql").read_bytes(), {"wanted": Json(wanted)})


def _entitlement(department_id: str, granted: str | Subscription) -> dict[str, Any]:
    if isinstance(granted, str):
        return {"department_id": department_id, "rulebook_id": granted}
    return {
        "department_id": department_id,
        "rulebook_id": granted.rulebook_id,
        "purpose": granted.purpose,
        "legal_basis": granted.legal_basis,
        "granted_from": granted.granted_from.isoformat(),
        "granted_until": granted.granted_until.isoformat(),
        "divisions": list(granted.divisions) or None,
    }
