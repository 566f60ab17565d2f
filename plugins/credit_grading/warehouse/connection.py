"""One address for the warehouse, in every form its users want.

Environment:
    CREDIT_GRADING_WAREHOUSE_URL  postgresql://user:password@host:port/database
"""

import os
from urllib.parse import unquote, urlsplit

import psycopg

VARIABLE = "CREDIT_GRADING_WAREHOUSE_URL"


class WarehouseUnknown(RuntimeError):
    """No address is configured for the warehouse."""


def warehouse_url() -> str:
    """The warehouse's address as a libpq URL. Raises WarehouseUnknown where none is configured."""
    url = os.environ.get(VARIABLE)
    if not url:
        raise WarehouseUnknown(f"{VARIABLE} is not set: say where the warehouse is")
    return url


def sqlalchemy_url() -> str:
    """The same address for SQLAlchemy (Great Expectations uses psycopg2)."""
    return warehouse_url().replace("postgresql://", "postgresql+psycopg2://", 1)


def dbt_environment() -> dict[str, str]:
    """The same address in the pieces that dbt_project/profiles.yml reads from the environment."""
    parts = urlsplit(warehouse_url())
    return {
        "CREDIT_GRADING_WAREHOUSE_HOST": parts.hostname or "127.0.0.1",
        "CREDIT_GRADING_WAREHOUSE_PORT": str(parts.port or 5432),
        "CREDIT_GRADING_WAREHOUSE_USER": unquote(parts.username or ""),
        "CREDIT_GRADING_WAREHOUSE_PASSWORD": unquote(parts.password or ""),
        "CREDIT_GRADING_WAREHOUSE_DATABASE": unquote(parts.path.lstrip("/")),
    }


def connect(*, autocommit: bool = False) -> psycopg.Connection:
    """Open a connection to the warehouse. Use it as a context manager: leaving commits, or rolls back on error."""
    return psycopg.connect(warehouse_url(), autocommit=autocommit, application_name="credit_grading")
