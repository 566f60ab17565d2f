"""A department's source system: an Airflow connection, handed on as an address with what it takes to be let in."""

from typing import Any
from urllib.parse import quote

from airflow.sdk import BaseHook, Connection

from credit_grading.sources.access import Access

# Airflow connection type → SQLAlchemy driver of the one environment
DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "sqlite": "sqlite",
}
# extra fields, named as Airflow's own SFTP and AWS connections name them → our options
SFTP_EXTRAS = ("private_key", "private_key_passphrase", "key_file", "host_key", "no_host_key_check")
S3_EXTRAS = {
    "aws_session_token": "session_token", "region_name": "region", "endpoint_url": "endpoint_override",
    "ca_file": "ca_file",
}  # fmt: skip


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

    def access(self) -> Access:
        """Address and credentials. Raises UnusableConnection where the connection names no kind of source."""
        return access_of(self.get_connection(self.connection_id))


def access_of(connection: Connection) -> Access:
    """The same for a connection at hand, by its type: a database, ``sftp``, ``aws``, ``http``, else a folder's URL."""
    kind = (connection.conn_type or "").replace("-", "_")
    if connection.extra_dejson.get("sqlalchemy_url"):
        return Access(address_of(connection))
    if kind in ("sftp", "ssh"):
        return _sftp(connection)
    if kind in ("aws", "s3"):
        return _s3(connection)
    if kind in ("http", "https"):
        return _http(connection, kind)
    return Access(address_of(connection))


def address_of(connection: Connection) -> str:
    """URL of a database or folder; a full URL in the extra field ``sqlalchemy_url`` wins."""
    explicit = connection.extra_dejson.get("sqlalchemy_url")
    if explicit:
        return str(explicit)
    kind = (connection.conn_type or "").replace("-", "_")
    if kind == "sqlite":
        return f"sqlite:///{connection.host or ''}{('/' + connection.schema) if connection.schema else ''}"
    if kind not in DRIVERS and not connection.host:
        raise UnusableConnection(
            f"connection {connection.conn_id}: type {kind or '(none)'} without a host; use one of {sorted(DRIVERS)}, "
            "sftp, aws or http, or put a SQLAlchemy URL into the extra field sqlalchemy_url"
        )
    login = quote(connection.login or "", safe="")
    password = f":{quote(connection.password, safe='')}" if connection.password else ""
    at = "@" if login or password else ""
    path = f"/{connection.schema}" if connection.schema else ""
    return f"{DRIVERS.get(kind, kind)}://{login}{password}{at}{connection.host}{_port(connection)}{path}"


def _port(connection: Connection) -> str:
    return f":{connection.port}" if connection.port else ""


def _needed_host(connection: Connection) -> str:
    if not connection.host:
        raise UnusableConnection(f"connection {connection.conn_id}: type {connection.conn_type} needs a host")
    return str(connection.host)


def _sftp(connection: Connection) -> Access:
    """Host, port, login and password (or a private key in extra); ``schema`` is the folder that locations lie below."""
    extra = connection.extra_dejson
    options: dict[str, Any] = {"username": connection.login, "password": connection.password}
    options |= {name: extra[name] for name in SFTP_EXTRAS if extra.get(name)}
    folder = f"/{connection.schema.strip('/')}" if connection.schema else ""
    url = f"sftp://{_needed_host(connection)}{_port(connection)}{folder}"
    return Access(url, {name: value for name, value in options.items() if value})


def _s3(connection: Connection) -> Access:
    """Login is the access key, password the secret key; ``schema`` is the bucket, with a prefix where one is wanted."""
    extra = connection.extra_dejson
    options: dict[str, Any] = {"access_key": connection.login, "secret_key": connection.password}
    options |= {ours: extra[theirs] for theirs, ours in S3_EXTRAS.items() if extra.get(theirs)}
    if options.get("endpoint_override"):
        scheme, _, host = str(options["endpoint_override"]).rpartition("://")
        options |= {"endpoint_override": host.rstrip("/"), "scheme": scheme or "https"}
    if not connection.schema:
        raise UnusableConnection(f"connection {connection.conn_id}: write the bucket into the field Schema")
    return Access(f"s3://{connection.schema.strip('/')}", {name: value for name, value in options.items() if value})


def _http(connection: Connection, kind: str) -> Access:
    """Base address; the password is a token, or with a login a basic password. Extra may name the token's header.

    Extra: ``token_header`` (default Authorization, then written as ``Bearer <token>``), ``headers``, ``parameters``
    (both sent with every request, for services that want their key there), ``ca_file``.
    """
    extra = connection.extra_dejson
    host = _needed_host(connection)
    if "://" not in host:
        protocol = connection.schema if connection.schema in ("http", "https") else kind
        host = f"{protocol}://{host}"
    scheme, _, rest = host.partition("://")
    authority, slash, path = rest.partition("/")
    headers = {str(name): str(value) for name, value in (extra.get("headers") or {}).items()}
    options: dict[str, Any] = {"headers": headers, "parameters": dict(extra.get("parameters") or {})}
    if connection.login:
        options["basic"] = (connection.login, connection.password or "")
    elif connection.password:
        name = extra.get("token_header") or "Authorization"
        headers[name] = f"Bearer {connection.password}" if name == "Authorization" else connection.password
    if extra.get("ca_file"):
        options["ca_file"] = extra["ca_file"]
    return Access(f"{scheme}://{authority}{_port(connection)}{slash}{path}".rstrip("/"), options)


def open_connection(connection_id: str) -> Access:
    """What is behind an Airflow connection id: what ``receive_feed`` asks for."""
    return SourceHook(connection_id).access()
