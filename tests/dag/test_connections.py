"""What becomes of Airflow's connections to departments' systems."""

import json
from typing import Any

import pytest
from airflow.sdk import Connection

from credit_grading.hooks.source import UnusableConnection, access_of

SECRET = "s3cret/of the bureau"


def connection(kind: str, extra: dict[str, Any] | None = None, **fields: Any) -> Connection:
    return Connection(conn_id="bureau", conn_type=kind, extra=json.dumps(extra or {}), **fields)


@pytest.mark.parametrize(
    ("found", "url", "options"),
    [
        (
            connection("postgres", host="h", login="a", password="b c", schema="d"),
            "postgresql+psycopg://a:b%20c@h/d",
            {},
        ),
        (
            connection("sftp", {"host_key": "ssh-rsa AAAA", "other": "x"}, host="h", port=2222, login="a",
                       password=SECRET, schema="/out/"),
            "sftp://h:2222/out",
            {"username": "a", "password": SECRET, "host_key": "ssh-rsa AAAA"},
        ),
        (
            connection("sftp", {"private_key": "KEY", "no_host_key_check": True}, host="h", login="a"),
            "sftp://h",
            {"username": "a", "private_key": "KEY", "no_host_key_check": True},
        ),
        (
            connection("aws", {"endpoint_url": "http://minio:9000/", "region_name": "cn"}, login="k", password=SECRET,
                       schema="bucket/credit"),
            "s3://bucket/credit",
            {"access_key": "k", "secret_key": SECRET, "region": "cn", "endpoint_override": "minio:9000",
             "scheme": "http"},
        ),
        (
            connection("http", host="api.example.org", port=8443, schema="https", password=SECRET),
            "https://api.example.org:8443",
            {"headers": {"Authorization": f"Bearer {SECRET}"}, "parameters": {}},
        ),
        (
            connection("http", {"token_header": "X-Api-Key", "headers": {"X-From": "city"}, "ca_file": "ca.pem"},
                       host="https://api.example.org/v1/", password=SECRET),
            "https://api.example.org/v1",
            {"headers": {"X-From": "city", "X-Api-Key": SECRET}, "parameters": {}, "ca_file": "ca.pem"},
        ),
        (
            connection("http", {"parameters": {"appkey": "x"}}, host="h", login="a", password=SECRET),
            "http://h",
            {"headers": {}, "parameters": {"appkey": "x"}, "basic": ("a", SECRET)},
        ),
    ],
    ids=["database", "sftp_password", "sftp_key", "s3", "http_token", "http_header", "http_basic"],
)  # fmt: skip
def test_a_connection_becomes_an_access(found: Connection, url: str, options: dict[str, Any]) -> None:
    access = access_of(found)
    assert (access.url, access.options) == (url, options)
    assert SECRET not in repr(access)


@pytest.mark.parametrize("kind", ["sftp", "http", "aws", "generic"])
def test_a_connection_without_a_place_is_refused(kind: str) -> None:
    with pytest.raises(UnusableConnection, match="bureau") as caught:
        access_of(connection(kind, password=SECRET))
    assert SECRET not in str(caught.value)
