"""Publications as files on a real SFTP server and in an S3-style store."""

import io
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet
import pytest

from credit_grading.delivery import files as file_delivery
from credit_grading.delivery.model import Attempt, ReceiverUnreachable
from credit_grading.sources.access import Access
from tests.sharing.published import JUNE, release, scored, with_roles
from tests.sharing.receivers import bring, files
from tests.unit.remote_servers import PASSWORD, ObjectStore, SftpServer


@dataclass
class Remote:
    """A place outside: how it is reached, what lies there, and how it goes silent."""

    access: Access
    names: Callable[[], list[str]]
    read: Callable[[str], bytes]
    write: Callable[[str, bytes], Any]
    hang_up_at: Callable[[str], None]


@pytest.fixture
def shared(warehouse: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    release(warehouse, JUNE, scored("public_credit", {"S1": "90.5", "S2": "70"}))
    with with_roles(warehouse):
        yield warehouse


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[Remote]:
    base = tmp_path / "outbox"
    base.mkdir()
    server = SftpServer(tmp_path)
    yield Remote(
        server.access("outbox"),
        lambda: sorted(str(file.relative_to(base)) for file in base.rglob("*") if file.is_file()),
        lambda name: (base / name).read_bytes(),
        lambda name, content: (base / name).write_bytes(content),
        lambda name: setattr(server, "hangs_up_at", name),
    )
    server.stop()


@pytest.fixture
def s3() -> Iterator[Remote]:
    store, base = ObjectStore(), uuid.uuid4().hex

    def names() -> list[str]:
        listed = store.client.list_objects_v2(Bucket=store.bucket, Prefix=f"{base}/").get("Contents", [])
        return sorted(item["Key"].removeprefix(f"{base}/") for item in listed if not item["Key"].endswith("/"))

    yield Remote(
        store.access(base),
        names,
        lambda name: store.client.get_object(Bucket=store.bucket, Key=f"{base}/{name}")["Body"].read(),
        lambda name, content: store.put(f"{base}/{name}", content),
        lambda _: store.stop(),
    )
    store.stop()


@pytest.fixture(params=["sftp", "s3"])
def remote(request: pytest.FixtureRequest) -> Remote:
    found: Remote = request.getfixturevalue(request.param)
    return found


DELIVERY = files("grade_current", connection="outbox")
FOLDER = "market_regulation/exchange/publication-{}"
FILES = ["grade_current.csv", "grade_current.parquet", "manifest.json"]


def forget(shared: psycopg.Connection[Any]) -> None:
    """As after a process that was killed before it could say so: the ledger itself lets nothing be removed."""
    with shared.transaction():
        shared.execute("set local session_replication_role = replica")
        shared.execute("delete from supervision.delivery_attempt")


def bring_to(remote: Remote) -> list[Attempt]:
    return bring(DELIVERY, remote.access)


def test_a_publication_arrives_whole_and_once(shared: psycopg.Connection[Any], remote: Remote) -> None:
    [attempt] = bring_to(remote)
    assert (attempt.outcome, attempt.rows) == ("delivered", 2)
    assert remote.names() == [f"{FOLDER.format(1)}/{name}" for name in FILES]
    rows = pyarrow.parquet.read_table(io.BytesIO(remote.read(f"{FOLDER.format(1)}/grade_current.parquet"))).to_pylist()
    assert {row["subject_key"]: row["score"] for row in rows} == {"S1": Decimal("90.5"), "S2": Decimal(70)}
    assert bring_to(remote) == []
    release(shared, date(2025, 6, 2), scored("public_credit", {"S1": "61"}))
    assert [attempt.publication_id for attempt in bring_to(remote)] == [2]
    assert json.loads(remote.read(f"{FOLDER.format(2)}/manifest.json"))["previous_publication_id"] == 1


def test_what_was_damaged_there_is_brought_again(shared: psycopg.Connection[Any], remote: Remote) -> None:
    bring_to(remote)
    name = f"{FOLDER.format(1)}/grade_current.csv"
    before = remote.read(name)
    remote.write(name, before.replace(b"90.5", b"99.5"))
    forget(shared)
    [attempt] = bring_to(remote)
    assert (attempt.outcome, remote.read(name)) == ("delivered", before)
    forget(shared)
    assert [attempt.outcome for attempt in bring_to(remote)] == ["found"]


def test_a_place_that_goes_away_half_way_has_no_manifest(
    shared: psycopg.Connection[Any], remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = file_delivery.verify, []

    def gone(*given: Any) -> None:
        left.extend(remote.names())
        remote.hang_up_at(FILES[0])
        real(*given)

    monkeypatch.setattr(file_delivery, "verify", gone)
    with pytest.raises(ReceiverUnreachable, match="推送位置无法写入") as failed:
        bring_to(remote)
    assert left == [f"{FOLDER.format(1)}/{name}" for name in FILES[:2]]
    [(outcome, error)] = shared.execute("select outcome, error from sharing.delivery").fetchall()
    assert outcome == "failed"
    assert PASSWORD not in error + str(failed.value)
