"""Seeds are loaded when their files changed, not on every run. The warehouse itself remembers which it holds."""

import hashlib

import psycopg
from psycopg import sql

from credit_grading import paths

SCHEMA = "reference"


def seeds_changed(connection: psycopg.Connection) -> bool:
    """Whether the files differ from what the warehouse holds."""
    row = connection.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", (SCHEMA,)
    ).fetchone()
    return row is None or row[0] != _content()


def remember_seeds(connection: psycopg.Connection) -> None:
    """Note, on the schema that holds them, that the present files are loaded."""
    statement = sql.SQL("comment on schema {} is {}").format(sql.Identifier(SCHEMA), sql.Literal(_content()))
    connection.execute(statement)


def _content() -> str:
    digest = hashlib.sha256()
    for file in sorted((paths.dbt_project() / "seeds").rglob("*")):
        if file.is_file():
            digest.update(file.relative_to(paths.dbt_project()).as_posix().encode() + b"\0" + file.read_bytes())
    return f"seeds {digest.hexdigest()}"
