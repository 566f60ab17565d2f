"""A department's source system: an Airflow connection, handed on as a SQLAlchemy URL or a base path."""

from urllib.parse import quote

from airflow.sdk import BaseHook, Connection

# Airflow connection type → SQLAlchemy driver of the one environment
DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "sqlite": "sqlite",
}


class UnusableConnection(ValueError):
    """An Airflow connection names no kind of source that can be read."""


class SourceHook(BaseHook):
    """Reads one Airflow connection.

    Args:
        connection_id: as written in the department file (``source.connection``).
    """

    conn_name_attr = "connection_id"

    def __init__(self, connection_id: str) -> None:
        super().__init__()
        self.connection_id = connection_id

    def address(self) -> str:
        """SQLAlchemy URL of a database; for other connection types the URL of a folder (fsspec).

        Raises UnusableConnection where the connection names neither.
        """
        return address_of(self.get_connection(self.connection_id))


def address_of(connection: Connection) -> str:
    """The same for a connection at hand; a full URL in its extra field ``sqlalchemy_url`` wins."""
    explicit = connection.extra_dejson.get("sqlalchemy_url")
    if explicit:
        return str(explicit)
    kind = (connection.conn_type or "").replace("-", "_")
    if kind == "sqlite":
        return f"sqlite:///{connection.host or ''}{('/' + connection.schema) if connection.schema else ''}"
    if kind not in DRIVERS and not connection.host:
        raise UnusableConnection(
            f"connection {connection.conn_id}: type {kind or '(none)'} without a host; use one of {sorted(DRIVERS)}, "
            "or put a SQLAlchemy URL into the extra field sqlalchemy_url"
        )
    login = quote(connection.login or "", safe="")
    password = f":{quote(connection.password, safe='')}" if connection.password else ""
    port = f":{connection.port}" if connection.port else ""
    at = "@" if login or password else ""
    path = f"/{connection.schema}" if connection.schema else ""
    return f"{DRIVERS.get(kind, kind)}://{login}{password}{at}{connection.host}{port}{path}"


def open_connection(connection_id: str) -> str:
    """Address behind an Airflow connection id: what ``receive_feed`` asks for."""
    return SourceHook(connection_id).address()
